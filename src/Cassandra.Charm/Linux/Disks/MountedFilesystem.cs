using Cassandra.Charm.Linux.Mounts;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>
/// The size of a mounted filesystem, its own metadata included (statvfs leaves that out), as the kernel has it: the
/// superblock on the disk follows later.
/// </summary>
internal static unsafe class MountedFilesystem
{
    /// <summary>Bytes.</summary>
    /// <param name="mount">Where it is mounted.</param>
    /// <param name="device">The node of the partition, or disk, that is mounted there.</param>
    /// <exception cref="IOException">It is neither xfs nor ext4, it is shut down, or another device took the name.</exception>
    internal static long SizeOf(Mount mount, string device) => mount.Type switch
    {
        "xfs" => SizeOfXfs(mount.Point),
        "ext4" => SizeOfExt4(mount, device),
        var other => throw new IOException($"the size of {other} filesystems is not known"),
    };

    private static long SizeOfXfs(string point)
    {
        using var root = Descriptor.OpenDirectory(point);
        XfsFs.xfs_fsop_geom_v1 geometry;
        while (SysIoctl.ioctl(root, XfsFs.XFS_IOC_FSGEOMETRY_V1, &geometry) != 0)
            LibcException.ThrowUnlessInterrupted("ioctl", root);
        return checked((long)geometry.datablocks * geometry.blocksize);
    }

    /// <summary>ext4 keeps its superblock in the page cache of its own device; that of the whole disk is another one.</summary>
    private static long SizeOfExt4(Mount mount, string device)
    {
        using var partition = OpenDevice.ThroughCache(device);
        if (partition.Number != mount.Device)
            throw new IOException($"another device took the name {device}");
        return Superblock.Read(partition, 0)?.Size ?? throw new IOException($"{device} does not show its superblock");
    }
}
