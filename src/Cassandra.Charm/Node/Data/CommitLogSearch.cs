using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Node.Data;

/// <summary>
/// Searches commit log segments for tables: every mutation carries its table's 16-byte id, which is also the end of the
/// table's directory name (<c>peers_v2-c4325fbb8e5e3bafbd070f9250ed818e</c>).
/// </summary>
/// <param name="directory">The commit log.</param>
internal sealed class CommitLogSearch(string directory)
{
    // A node without keyspaces of its own writes some 100 KiB. More would take longer than a look may: then it may.
    private const int MostBytes = 8 * 1024 * 1024;

    private const int IdLength = 16;

    /// <summary>Whether a mutation of one of the tables is there, or there is too much to tell.</summary>
    /// <param name="tableDirectories">Names of the tables' directories; one without an id is passed over.</param>
    public bool MayMention(IEnumerable<string> tableDirectories)
    {
        var ids = tableDirectories.Select(IdOf).OfType<byte[]>().ToList();
        if (ids.Count == 0 || FileStatus.TryOf(directory) is null)
            return false;
        var left = MostBytes;
        foreach (var segment in Directory.EnumerateFiles(directory, "CommitLog-*.log"))
        {
            if (MayMention(segment, ids, ref left))
                return true;
        }
        return false;
    }

    private static bool MayMention(string segment, List<byte[]> ids, ref int left)
    {
        using var file = Descriptor.Open(segment, Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW);
        foreach (var (begin, end) in DataOf(file))
        {
            if (end - begin > left)
                return true;
            left -= (int)(end - begin);
            var bytes = new byte[end - begin];
            var read = file.ReadAt(bytes, begin);
            if (ids.Exists(id => bytes.AsSpan(0, read).IndexOf(id) >= 0))
                return true;
        }
        return false;
    }

    // Segments are made 32 MiB long at once and are mostly holes.
    private static IEnumerable<(long Begin, long End)> DataOf(SafeFileHandle file)
    {
        for (long end = 0; Unistd.lseek(file, end, Unistd.SEEK_DATA) is >= 0 and var begin;)
        {
            end = Unistd.lseek(file, begin, Unistd.SEEK_HOLE);
            yield return (begin, end);
        }
    }

    private static byte[]? IdOf(string tableDirectory)
    {
        var hex = tableDirectory[(tableDirectory.LastIndexOf('-') + 1)..];
        return hex.Length == 2 * IdLength && hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : null;
    }
}
