using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Node.Processes;

/// <summary>
/// Every process of Cassandra on the machine, whoever started it: systemd and the pid file do not know of a JVM that a
/// hurried stop left running, nor that Java has died (cassandra-facts, Service).
/// </summary>
/// <param name="proc">Where procfs is.</param>
/// <param name="serviceUser">The user whose every JVM counts; null where it does not exist yet.</param>
internal sealed class ProcessScan(string proc, uint? serviceUser)
{
    // Between the daemon's class path (about 20 KiB) and the most that Linux allows (2 MiB).
    private const int LongestCommandLine = 256 * 1024;

    /// <summary>All that live now.</summary>
    public IReadOnlyList<CassandraProcess> Find()
    {
        var found = new List<CassandraProcess>();
        var buffer = ArrayPool<byte>.Shared.Rent(LongestCommandLine);
        try
        {
            using var directory = Descriptor.OpenDirectory(proc);
            using var names = new DirectoryReader(directory);
            while (names.MoveNext())
            {
                if (ProcessId(names.Current) is { } id && Recognise(id, buffer) is { } process)
                    found.Add(process);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return found;
    }

    /// <summary>Whether this very process still lives: its id may be another's by now.</summary>
    public bool IsAlive(CassandraProcess process)
    {
        try
        {
            using var directory = OpenProcess(process.Id);
            return Status(directory) is ({ } state, { } start) && start == process.StartTicks && state is not ('Z' or 'X');
        }
        catch (LibcException failure) when (HasEnded(failure))
        {
            return false;
        }
    }

    private CassandraProcess? Recognise(int id, byte[] buffer)
    {
        try
        {
            using var directory = OpenProcess(id);
            return RoleOf(directory, CommandLine(directory, buffer)) is { } role
                && Status(directory) is ({ } state, { } start) && state is not ('Z' or 'X')
                ? new CassandraProcess(id, start, role)
                : null;
        }
        catch (LibcException failure) when (HasEnded(failure))
        {
            return null;
        }
    }

    private ProcessRole? RoleOf(SafeFileHandle directory, ReadOnlySpan<byte> commandLine) =>
        CommandLines.RoleOf(commandLine) switch
        {
            ProcessRole.OtherJava when FileStatus.Of(directory).Uid != serviceUser => null,
            var role => role,
        };

    private static ReadOnlySpan<byte> CommandLine(SafeFileHandle directory, byte[] buffer)
    {
        using var file = directory.OpenEntry("cmdline\0"u8, Fcntl.O_RDONLY);
        return buffer.AsSpan(0, file.ReadAt(buffer.AsSpan(0, LongestCommandLine), 0));
    }

    // proc(5): "pid (name) state … starttime": the 20th after the state; the name may hold anything, ')' too.
    private static (char State, ulong Start)? Status(SafeFileHandle directory)
    {
        Span<byte> buffer = stackalloc byte[1024];
        using var file = directory.OpenEntry("stat\0"u8, Fcntl.O_RDONLY);
        var text = buffer[..file.ReadAt(buffer, 0)];
        var fields = text[(text.LastIndexOf((byte)')') + 1)..].TrimStart((byte)' ');
        if (fields.IsEmpty)
            return null;
        var state = (char)fields[0];
        for (var skipped = 0; skipped < 19; skipped++)
            fields = fields[(fields.IndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(fields, out ulong start, out _) ? (state, start) : null;
    }

    private SafeFileHandle OpenProcess(int id) =>
        Descriptor.Open($"{proc}/{id.ToString(CultureInfo.InvariantCulture)}", Fcntl.O_RDONLY | Fcntl.O_DIRECTORY);

    private static int? ProcessId(ReadOnlySpan<byte> name) =>
        Utf8Parser.TryParse(name, out int id, out var length) && length == name.Length - 1 ? id : null;

    private static bool HasEnded(LibcException failure) => failure.ErrorNumber is Errno.ENOENT or Errno.ESRCH;
}
