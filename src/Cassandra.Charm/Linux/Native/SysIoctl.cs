using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Native;

/// <summary>sys/ioctl.h with the requests of linux/fs.h; their numbers are equal on x64 and arm64.</summary>
internal static unsafe partial class SysIoctl
{
    /// <summary>int: 1 if the device is read-only.</summary>
    internal const nuint BLKROGET = 0x125E;

    /// <summary>int: logical sector size in bytes.</summary>
    internal const nuint BLKSSZGET = 0x1268;

    /// <summary>uint: physical sector size in bytes.</summary>
    internal const nuint BLKPBSZGET = 0x127B;

    /// <summary>ulong: size of the device in bytes.</summary>
    internal const nuint BLKGETSIZE64 = 0x80081272;

    /// <summary>No argument: writes out and drops what the page cache holds of the device.</summary>
    internal const nuint BLKFLSBUF = 0x1261;

    /// <summary>No argument: the kernel reads the partition table anew.</summary>
    internal const nuint BLKRRPART = 0x125F;

    /// <summary>int (whatever the header's "long" says): the flags that lsattr shows.</summary>
    internal const nuint FS_IOC_GETFLAGS = 0x80086601;

    /// <summary>int: sets the flags that chattr sets.</summary>
    internal const nuint FS_IOC_SETFLAGS = 0x40086602;

    internal const int FS_IMMUTABLE_FL = 0x10;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ioctl(SafeFileHandle file, nuint request, void* argument);
}
