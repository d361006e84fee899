using System.Runtime.InteropServices;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux;

/// <summary>
/// Opens files and directories and works on the open descriptor. Interrupted calls are repeated; failures are
/// <see cref="LibcException"/>s that name the call and the file.
/// </summary>
internal static unsafe class Descriptor
{
    /// <summary>Opens a path; O_CLOEXEC is added.</summary>
    public static SafeFileHandle Open(string path, int flags, UnixFileMode mode = UnixFileMode.None)
    {
        SafeFileHandle file;
        while ((file = Fcntl.open(path, flags | Fcntl.O_CLOEXEC, (uint)mode)).IsInvalid)
            LibcException.ThrowUnlessInterrupted("open", path);
        return file;
    }

    /// <summary>Opens a directory for reading its names and for syncing it. A symbolic link is refused.</summary>
    public static SafeFileHandle OpenDirectory(string path) =>
        Open(path, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW);

    /// <summary>Opens an entry of an open directory, never through a symbolic link; O_CLOEXEC is added.</summary>
    public static SafeFileHandle OpenEntry(
        this SafeFileHandle directory, ReadOnlySpan<byte> name, int flags, UnixFileMode mode = UnixFileMode.None)
    {
        SafeFileHandle file;
        while ((file = Fcntl.openat(directory, name, flags | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC, (uint)mode)).IsInvalid)
            LibcException.ThrowUnlessInterrupted("open", directory, name);
        return file;
    }

    /// <summary>Reads up to the buffer's length; fewer bytes only at the end of the file.</summary>
    public static int ReadAt(this SafeFileHandle file, Span<byte> buffer, long offset) =>
        file.ReadAt(buffer, offset, enough: buffer.Length);

    /// <summary>
    /// Asks for the buffer's length until <paramref name="enough"/> bytes are there; fewer only at the end of the file.
    /// </summary>
    public static int ReadAt(this SafeFileHandle file, Span<byte> buffer, long offset, int enough)
    {
        var done = 0;
        fixed (byte* start = buffer)
        {
            while (done < enough)
            {
                var count = Unistd.pread(file, start + done, (nuint)(buffer.Length - done), offset + done);
                if (count == 0)
                    break;
                if (count < 0)
                    LibcException.ThrowUnlessInterrupted("read", file);
                else
                    done += (int)count;
            }
        }
        return done;
    }

    /// <summary>Writes the whole buffer.</summary>
    public static void WriteAt(this SafeFileHandle file, ReadOnlySpan<byte> buffer, long offset)
    {
        var done = 0;
        fixed (byte* start = buffer)
        {
            while (done < buffer.Length)
            {
                var count = Unistd.pwrite(file, start + done, (nuint)(buffer.Length - done), offset + done);
                if (count < 0)
                    LibcException.ThrowUnlessInterrupted("write", file);
                else
                    done += (int)count;
            }
        }
    }

    /// <summary>Moves the position from which a directory is read on; files are read and written by offset.</summary>
    public static void Seek(this SafeFileHandle file, long position)
    {
        if (Unistd.lseek(file, position, Unistd.SEEK_SET) < 0)
            throw LibcException.OfLastCall("lseek", file.PathForMessages());
    }

    /// <summary>ftruncate.</summary>
    public static void SetLength(this SafeFileHandle file, long length)
    {
        while (Unistd.ftruncate(file, length) != 0)
            LibcException.ThrowUnlessInterrupted("ftruncate", file);
    }

    /// <summary>fsync: data and metadata of this file, or the names in this directory, are on the disk.</summary>
    public static void Sync(this SafeFileHandle file)
    {
        while (Unistd.fsync(file) != 0)
            LibcException.ThrowUnlessInterrupted("fsync", file);
    }

    /// <summary>fdatasync: data of this file is on the disk.</summary>
    public static void SyncData(this SafeFileHandle file)
    {
        while (Unistd.fdatasync(file) != 0)
            LibcException.ThrowUnlessInterrupted("fdatasync", file);
    }

    /// <summary>linkat: a further name for an entry of the same filesystem.</summary>
    public static void Link(
        this SafeFileHandle directory, ReadOnlySpan<byte> name, SafeFileHandle toDirectory, ReadOnlySpan<byte> toName)
    {
        while (Unistd.linkat(directory, name, toDirectory, toName, 0) != 0)
            LibcException.ThrowUnlessInterrupted("link", toDirectory, toName);
    }

    /// <summary>unlinkat.</summary>
    public static void Unlink(this SafeFileHandle directory, ReadOnlySpan<byte> name, int flags = 0)
    {
        while (Unistd.unlinkat(directory, name, flags) != 0)
            LibcException.ThrowUnlessInterrupted("unlink", directory, name);
    }

    /// <summary>syncfs: everything written to the filesystem that the file is on is on the disk.</summary>
    public static void SyncFilesystem(this SafeFileHandle anyOfTheFilesystem)
    {
        while (Unistd.syncfs(anyOfTheFilesystem) != 0)
            LibcException.ThrowUnlessInterrupted("syncfs", anyOfTheFilesystem);
    }

    /// <summary>fchown.</summary>
    public static void SetOwner(this SafeFileHandle file, uint uid, uint gid)
    {
        while (Unistd.fchown(file, uid, gid) != 0)
            LibcException.ThrowUnlessInterrupted("chown", file);
    }

    /// <summary>fchmod.</summary>
    public static void SetMode(this SafeFileHandle file, UnixFileMode mode)
    {
        while (SysStat.fchmod(file, (uint)mode) != 0)
            LibcException.ThrowUnlessInterrupted("chmod", file);
    }

    /// <summary>Takes the exclusive advisory lock, or returns false if another open file holds it.</summary>
    public static bool TryLock(this SafeFileHandle file)
    {
        while (SysFile.flock(file, SysFile.LOCK_EX | SysFile.LOCK_NB) != 0)
        {
            if (Marshal.GetLastPInvokeError() == Errno.EAGAIN)
                return false;
            LibcException.ThrowUnlessInterrupted("flock", file);
        }
        return true;
    }

    /// <summary>The path by which the kernel knows the open file; for messages only.</summary>
    public static string PathForMessages(this SafeFileHandle file)
    {
        Span<byte> path = stackalloc byte[4096];
        fixed (byte* buffer = path)
        {
            var length = Unistd.readlink($"/proc/self/fd/{file.DangerousGetHandle()}", buffer, (nuint)path.Length);
            return length < 0 ? "a file without a name" : FileName.ToText(path[..(int)length]);
        }
    }

    /// <summary>The path of an entry of an open directory; for messages only.</summary>
    public static string PathForMessages(this SafeFileHandle directory, ReadOnlySpan<byte> name) =>
        $"{directory.PathForMessages()}/{FileName.ToText(name)}";
}
