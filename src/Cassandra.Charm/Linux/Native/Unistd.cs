using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Native;

/// <summary>unistd.h: reading, writing, syncing, links and owners.</summary>
internal static unsafe partial class Unistd
{
    internal const int SEEK_SET = 0;
    internal const int SEEK_CUR = 1;
    internal const int SEEK_END = 2;
    internal const int SEEK_DATA = 3;
    internal const int SEEK_HOLE = 4;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint pread(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint pwrite(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial long lseek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ftruncate(SafeFileHandle file, long length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fdatasync(SafeFileHandle file);

    /// <summary>Writes out the whole filesystem that the descriptor is on.</summary>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int syncfs(SafeFileHandle anyOfTheFilesystem);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fchown(SafeFileHandle file, uint uid, uint gid);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fchownat(SafeFileHandle directory, ReadOnlySpan<byte> name, uint uid, uint gid, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int linkat(
        SafeFileHandle oldDirectory, ReadOnlySpan<byte> oldName,
        SafeFileHandle newDirectory, ReadOnlySpan<byte> newName, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int symlinkat(ReadOnlySpan<byte> content, SafeFileHandle directory, ReadOnlySpan<byte> name);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint readlinkat(SafeFileHandle directory, ReadOnlySpan<byte> name, byte* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint readlink(string path, byte* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int unlinkat(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags);

    [LibraryImport("libc")]
    internal static partial uint geteuid();
}
