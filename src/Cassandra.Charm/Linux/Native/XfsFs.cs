using System.Runtime.InteropServices;

namespace Cassandra.Charm.Linux.Native;

/// <summary>xfs/xfs_fs.h; the number is equal on x64 and arm64.</summary>
internal static class XfsFs
{
    /// <summary>xfs_fsop_geom_v1: the filesystem as the kernel has it, which is on the disk only later.</summary>
    internal const nuint XFS_IOC_FSGEOMETRY_V1 = 0x80705864;

    /// <summary>112 bytes, of which the charm reads two numbers.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 112)]
    internal struct xfs_fsop_geom_v1
    {
        [FieldOffset(0)] internal uint blocksize;
        [FieldOffset(32)] internal ulong datablocks;
    }
}
