using System.Text;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Node.Service;

/// <summary>A position in <c>system.log</c>. The inode tells when the log was rotated meanwhile.</summary>
/// <param name="Inode">0 where there was no log.</param>
/// <param name="Offset">In bytes.</param>
internal sealed record LogPosition(ulong Inode, long Offset);

/// <summary>Cassandra's own account: <c>/var/log/cassandra/system.log</c>.</summary>
/// <param name="path">The file.</param>
internal sealed class SystemLog(string path)
{
    // A start writes some 100 KiB; more than this is not one start's log.
    private const int LongestRead = 4 * 1024 * 1024;

    /// <summary>Where the log ends now.</summary>
    public LogPosition End() => FileStatus.TryOf(path) is { } status
        ? new LogPosition(status.Inode, status.Size)
        : new LogPosition(0, 0);

    /// <summary>
    /// Everything written since a position; null where that cannot be told: the log is unreadable, was rotated or cut, or
    /// is longer than any start's.
    /// </summary>
    public string? Since(LogPosition position)
    {
        try
        {
            if (FileStatus.TryOf(path) is not { } status)
                return position.Inode == 0 ? "" : null;
            var isSameFile = status.Inode == position.Inode || position.Inode == 0;
            var length = status.Size - position.Offset;
            return isSameFile && length is >= 0 and <= LongestRead ? Read(position.Offset, (int)length) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The end of the log; empty where there is none to read.</summary>
    public string Tail(int length)
    {
        try
        {
            return FileStatus.TryOf(path) is { } status ? Read(Math.Max(0, status.Size - length), length) : "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private string Read(long offset, int length)
    {
        using var file = Descriptor.Open(path, Fcntl.O_RDONLY);
        var bytes = new byte[length];
        return Encoding.UTF8.GetString(bytes, 0, file.ReadAt(bytes, offset));
    }
}
