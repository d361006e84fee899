using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Native;

/// <summary>sys/statvfs.h: free space and inodes of a filesystem.</summary>
internal static unsafe partial class SysStatvfs
{
    internal const ulong ST_RDONLY = 1;

    [StructLayout(LayoutKind.Sequential, Size = 112)]
    internal struct statvfs_result
    {
        internal ulong f_bsize;
        internal ulong f_frsize;
        internal ulong f_blocks;
        internal ulong f_bfree;
        internal ulong f_bavail;
        internal ulong f_files;
        internal ulong f_ffree;
        internal ulong f_favail;
        internal ulong f_fsid;
        internal ulong f_flag;
        internal ulong f_namemax;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fstatvfs(SafeFileHandle anyOfTheFilesystem, statvfs_result* result);
}
