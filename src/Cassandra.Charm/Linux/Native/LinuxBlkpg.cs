using System.Runtime.InteropServices;

namespace Cassandra.Charm.Linux.Native;

/// <summary>linux/blkpg.h: telling the kernel of partitions; it lets them grow while they are mounted.</summary>
internal static unsafe class LinuxBlkpg
{
    internal const nuint BLKPG = 0x1269;
    internal const int BLKPG_ADD_PARTITION = 1;
    internal const int BLKPG_RESIZE_PARTITION = 3;

    [StructLayout(LayoutKind.Sequential)]
    internal struct blkpg_ioctl_arg
    {
        internal int op;
        internal int flags;
        internal int datalen;
        internal blkpg_partition* data;
    }

    /// <summary>152 bytes; start and length in bytes, the names unused.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 152)]
    internal struct blkpg_partition
    {
        internal long start;
        internal long length;
        internal int pno;
    }
}
