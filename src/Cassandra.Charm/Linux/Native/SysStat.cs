using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Native;

/// <summary>sys/stat.h: the status of a file (statx only), modes and times.</summary>
internal static unsafe partial class SysStat
{
    internal const uint STATX_BASIC_STATS = 0x7ff;
    internal const uint STATX_BTIME = 0x800;
    internal const uint STATX_MNT_ID = 0x1000;
    internal const ulong STATX_ATTR_IMMUTABLE = 0x10;
    internal const ulong STATX_ATTR_MOUNT_ROOT = 0x2000;

    internal const uint S_IFMT = 0xF000;
    internal const uint S_IFIFO = 0x1000;
    internal const uint S_IFCHR = 0x2000;
    internal const uint S_IFDIR = 0x4000;
    internal const uint S_IFBLK = 0x6000;
    internal const uint S_IFREG = 0x8000;
    internal const uint S_IFLNK = 0xA000;
    internal const uint S_IFSOCK = 0xC000;

    [StructLayout(LayoutKind.Sequential)]
    internal struct statx_timestamp
    {
        internal long tv_sec;
        internal uint tv_nsec;
        private readonly int _reserved;
    }

    /// <summary>256 bytes, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    internal struct statx_result
    {
        internal uint stx_mask;
        internal uint stx_blksize;
        internal ulong stx_attributes;
        internal uint stx_nlink;
        internal uint stx_uid;
        internal uint stx_gid;
        internal ushort stx_mode;
        private readonly ushort _spare0;
        internal ulong stx_ino;
        internal ulong stx_size;
        internal ulong stx_blocks;
        internal ulong stx_attributes_mask;
        internal statx_timestamp stx_atime;
        internal statx_timestamp stx_btime;
        internal statx_timestamp stx_ctime;
        internal statx_timestamp stx_mtime;
        internal uint stx_rdev_major;
        internal uint stx_rdev_minor;
        internal uint stx_dev_major;
        internal uint stx_dev_minor;
        internal ulong stx_mnt_id;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int statx(
        SafeFileHandle directory, ReadOnlySpan<byte> name, int flags, uint mask, statx_result* result);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx(int directory, string path, int flags, uint mask, statx_result* result);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int mkdirat(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fchmod(SafeFileHandle file, uint mode);

    [StructLayout(LayoutKind.Sequential)]
    internal struct timespec
    {
        internal long tv_sec;
        internal long tv_nsec;
    }

    /// <summary>Sets two times: access, then modification.</summary>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int futimens(SafeFileHandle file, timespec* times);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int utimensat(
        SafeFileHandle directory, ReadOnlySpan<byte> name, timespec* times, int flags);
}
