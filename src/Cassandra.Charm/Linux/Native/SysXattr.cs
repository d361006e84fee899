using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Native;

/// <summary>sys/xattr.h: extended attributes, POSIX ACLs among them (system.posix_acl_access, _default).</summary>
internal static unsafe partial class SysXattr
{
    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint flistxattr(SafeFileHandle file, byte* list, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint fgetxattr(SafeFileHandle file, ReadOnlySpan<byte> name, byte* value, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fsetxattr(SafeFileHandle file, ReadOnlySpan<byte> name, byte* value, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fremovexattr(SafeFileHandle file, ReadOnlySpan<byte> name);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint llistxattr(ReadOnlySpan<byte> path, byte* list, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint lgetxattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, byte* value, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int lsetxattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, byte* value, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int lremovexattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name);
}
