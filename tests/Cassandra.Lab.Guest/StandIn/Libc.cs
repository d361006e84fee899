using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Lab.Guest.StandIn;

/// <summary>The few calls that .NET does not offer: hard links, syncing a directory, record locks.</summary>
internal static partial class Libc
{
    private const int OpenFileDescriptionSetLock = 37;
    private const short WriteLock = 1;
    private const int Interrupted = 4;
    private const int ReadWriteEnter = 7;

    [StructLayout(LayoutKind.Sequential)]
    private struct RecordLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }

    /// <summary>Makes <paramref name="link"/> a second name of the file <paramref name="existing"/>.</summary>
    public static void HardLink(string existing, string link)
    {
        if (Link(existing, link) != 0)
            throw Failed($"link {existing} -> {link}");
    }

    /// <summary>Makes creations, renames and removals in a directory survive a power cut.</summary>
    public static void SyncDirectory(string path)
    {
        // .NET cannot open a directory; O_RDONLY is 0 everywhere.
        using var handle = Open(path, 0);
        if (handle.IsInvalid)
            throw Failed($"open {path}");
        if (Fsync(handle) != 0)
            throw Failed($"fsync {path}");
    }

    /// <summary>Data and length of a file on the disk.</summary>
    public static void SyncData(SafeFileHandle file)
    {
        while (Fdatasync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw Failed("fdatasync");
        }
    }

    /// <summary>May this process read, write and enter the directory?</summary>
    public static bool MayUseDirectory(string path) => Access(path, ReadWriteEnter) == 0;

    /// <summary>False: another process holds it. A record lock, because flock would stop a reader that asks for a
    /// shared one (.NET's own file handles do), and the real program stops nobody.</summary>
    public static bool TryLock(SafeFileHandle file)
    {
        var wanted = new RecordLock { Type = WriteLock };
        return Fcntl(file, OpenFileDescriptionSetLock, ref wanted) == 0;
    }

    /// <summary>True once somebody has deleted an open file under us.</summary>
    public static bool IsDeleted(SafeFileHandle file) =>
        new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget is { } target
        && target.EndsWith(" (deleted)", StringComparison.Ordinal);

    private static IOException Failed(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {new Win32Exception(error).Message}", error);
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string link);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int Fdatasync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeFileHandle file, int command, ref RecordLock argument);
}
