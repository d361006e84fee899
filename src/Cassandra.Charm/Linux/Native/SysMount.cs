using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Native;

/// <summary>
/// sys/mount.h: mounting in steps, of which the last yields a descriptor instead of a name. glibc has these calls since
/// 2.36, the charm runs on 2.35: they go by number, equal on x64 and arm64 (Linux 5.2).
/// </summary>
internal static unsafe partial class SysMount
{
    internal const nint SYS_fsopen = 430;
    internal const nint SYS_fsconfig = 431;
    internal const nint SYS_fsmount = 432;

    internal const nint FSOPEN_CLOEXEC = 1;
    internal const nint FSMOUNT_CLOEXEC = 1;
    internal const nint FSCONFIG_SET_FLAG = 0;
    internal const nint FSCONFIG_SET_STRING = 1;
    internal const nint FSCONFIG_CMD_CREATE = 6;
    internal const nint MOUNT_ATTR_RDONLY = 0x1;
    internal const nint MOUNT_ATTR_NOSUID = 0x2;
    internal const nint MOUNT_ATTR_NODEV = 0x4;
    internal const nint MOUNT_ATTR_NOEXEC = 0x8;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle fsopen(nint number, string type, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint fsconfig(
        nint number, SafeFileHandle context, nint command, string? key, string? value, nint auxiliary);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial SafeFileHandle fsmount(nint number, SafeFileHandle context, nint flags, nint attributes);
}
