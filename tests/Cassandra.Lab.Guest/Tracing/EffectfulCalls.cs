using System.Globalization;
using System.Text;

namespace Cassandra.Lab.Guest.Tracing;

/// <summary>The system calls (x86-64) that change something that lasts, and what they are about.</summary>
internal static class EffectfulCalls
{
    private enum Subject
    {
        File, Path, PathAt, RenamedPath, RenamedPathAt, MountedPath,
    }

    private static readonly Dictionary<ulong, (string Name, Subject Subject)> Known = new()
    {
        [1] = ("write", Subject.File),
        [18] = ("pwrite", Subject.File),
        [20] = ("writev", Subject.File),
        [296] = ("pwritev", Subject.File),
        [326] = ("copy_file_range", Subject.File),
        [77] = ("ftruncate", Subject.File),
        [285] = ("fallocate", Subject.File),
        [74] = ("fsync", Subject.File),
        [75] = ("fdatasync", Subject.File),
        [306] = ("syncfs", Subject.File),
        [91] = ("fchmod", Subject.File),
        [93] = ("fchown", Subject.File),
        [190] = ("fsetxattr", Subject.File),
        [82] = ("rename", Subject.RenamedPath),
        [264] = ("rename", Subject.RenamedPathAt),
        [316] = ("rename", Subject.RenamedPathAt),
        [83] = ("mkdir", Subject.Path),
        [258] = ("mkdir", Subject.PathAt),
        [84] = ("rmdir", Subject.Path),
        [87] = ("unlink", Subject.Path),
        [263] = ("unlink", Subject.PathAt),
        [86] = ("link", Subject.RenamedPath),
        [265] = ("link", Subject.RenamedPathAt),
        [88] = ("symlink", Subject.RenamedPath),
        [90] = ("chmod", Subject.Path),
        [92] = ("chown", Subject.Path),
        [165] = ("mount", Subject.MountedPath),
        [166] = ("umount", Subject.Path),
    };

    // What the machine forgets, and what is said to people, is no state.
    private static readonly string[] Lasting = ["/dev/vd", "/dev/nvme", "/dev/sd", "/dev/loop", "/etc/", "/srv/", "/var/", "/mnt", "/tmp/traced"];
    private static readonly string[] Passing = ["/var/log/", "/var/lib/juju/", "/var/cache/", "/dev/loop-control"];

    /// <summary>Their numbers.</summary>
    public static IReadOnlyCollection<ulong> Numbers => Known.Keys;

    /// <summary>"rename /var/lib/cassandra-charm/journal.json", or null for a call that changes nothing that lasts.</summary>
    public static string? Describe(int thread, Ptrace.SyscallInfo call)
    {
        if (!Known.TryGetValue(call.Number, out var known) || PathOf(thread, call, known.Subject) is not { } path)
            return null;
        return Lasting.Any(root => path.StartsWith(root, StringComparison.Ordinal))
            && !Passing.Any(root => path.StartsWith(root, StringComparison.Ordinal))
                ? $"{known.Name} {path}"
                : null;
    }

    private static unsafe string? PathOf(int thread, Ptrace.SyscallInfo call, Subject subject) => subject switch
    {
        Subject.File => Link(thread, $"fd/{(int)call.Arguments[0]}"),
        Subject.Path => Absolute(thread, AtWorkingDirectory, call.Arguments[0]),
        Subject.PathAt => Absolute(thread, (int)call.Arguments[0], call.Arguments[1]),
        Subject.RenamedPath => Absolute(thread, AtWorkingDirectory, call.Arguments[1]),
        Subject.RenamedPathAt => Absolute(thread, (int)call.Arguments[2], call.Arguments[3]),
        _ => Absolute(thread, AtWorkingDirectory, call.Arguments[1]),
    };

    private const int AtWorkingDirectory = -100;

    private static string? Absolute(int thread, int directory, ulong address)
    {
        if (ReadText(thread, address) is not { } path)
            return null;
        if (path.StartsWith('/'))
            return path;
        return Link(thread, directory == AtWorkingDirectory ? "cwd" : string.Create(CultureInfo.InvariantCulture, $"fd/{directory}")) is { } parent
            ? $"{parent}/{path}"
            : null;
    }

    private static string? Link(int thread, string name)
    {
        try
        {
            return new FileInfo($"/proc/{thread}/{name}").LinkTarget;
        }
        catch (IOException)
        {
            return null; // the thread is gone
        }
    }

    private static string? ReadText(int thread, ulong address)
    {
        try
        {
            using var memory = File.OpenHandle($"/proc/{thread}/mem", options: FileOptions.None);
            var bytes = new byte[4096];
            // A string at the end of a page: what can be read is enough.
            var read = RandomAccess.Read(memory, bytes.AsSpan(0, (int)Math.Min(4096, 4096 - (address & 4095))), (long)address);
            var end = Array.IndexOf(bytes, (byte)0, 0, read);
            if (end < 0)
            {
                read += RandomAccess.Read(memory, bytes.AsSpan(read), (long)address + read);
                end = Array.IndexOf(bytes, (byte)0, 0, read);
            }
            return end < 0 ? null : Encoding.UTF8.GetString(bytes, 0, end);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
