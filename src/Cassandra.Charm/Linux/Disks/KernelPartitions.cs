using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Looking;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>Makes the kernel see the partition that the table has, and proves that it sees just that.</summary>
internal sealed class KernelPartitions(MachinePaths paths, SysBlock block)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Tells the kernel and waits for the node. Not by <c>udevadm settle</c>: udev waits for the lock that is held here
    /// (go-debos/debos#372), and it may take a node away again after settling (sd#40499).
    /// </summary>
    internal async Task<DiskPartition> ShowAsync(Disk disk, OpenDevice device, CancellationToken cancel)
    {
        // A kernel without table parsers, or a loop device without scanning, answers EINVAL or finds nothing.
        if (Find(disk) is null && (!TryReread(device) || Find(disk) is null))
            Tell(device, LinuxBlkpg.BLKPG_ADD_PARTITION);
        return await WaitAsync(disk, cancel).ConfigureAwait(false);
    }

    /// <summary>The same for a partition that may be mounted, and of which the kernel knows how long it was.</summary>
    internal async Task<DiskPartition> StretchAsync(Disk disk, OpenDevice device, CancellationToken cancel)
    {
        if (Find(disk) is null && block.Partitions(disk.Name).Any(partition => partition is { Number: 1, Start: PlannedPartition.Start }))
            Tell(device, LinuxBlkpg.BLKPG_RESIZE_PARTITION);
        return await ShowAsync(disk, device, cancel).ConfigureAwait(false);
    }

    /// <summary>Waits for the planned partition and its node.</summary>
    /// <exception cref="EffectFailedException">It does not come.</exception>
    internal async Task<DiskPartition> WaitAsync(Disk disk, CancellationToken cancel) =>
        await Poll.UntilAsync(() => Task.FromResult(FindWithNode(disk)), Patience, cancel).ConfigureAwait(false)
        ?? throw new EffectFailedException($"the kernel does not show the partition of {disk.Name}");

    /// <summary>The partition's node.</summary>
    internal string NodeOf(DiskPartition partition) => $"{paths.Dev}/{partition.Name.Replace('!', '/')}";

    private DiskPartition? FindWithNode(Disk disk) =>
        Find(disk) is { } partition && DeviceNode.Resolve(NodeOf(partition)) == partition.Device ? partition : null;

    private DiskPartition? Find(Disk disk) => block.Partitions(disk.Name).FirstOrDefault(partition =>
        partition.Number == 1 && partition.Start is null or PlannedPartition.Start
        && partition.Length == PlannedPartition.LengthOn(disk.Pin.SizeBytes));

    private static unsafe bool TryReread(OpenDevice device) => SysIoctl.ioctl(device.Handle, SysIoctl.BLKRRPART, null) == 0;

    private static unsafe void Tell(OpenDevice device, int operation)
    {
        var partition = new LinuxBlkpg.blkpg_partition
        {
            start = PlannedPartition.Start,
            length = PlannedPartition.LengthOn(device.Size),
            pno = 1,
        };
        var request = new LinuxBlkpg.blkpg_ioctl_arg
        {
            op = operation,
            datalen = sizeof(LinuxBlkpg.blkpg_partition),
            data = &partition,
        };
        while (SysIoctl.ioctl(device.Handle, LinuxBlkpg.BLKPG, &request) != 0)
        {
            if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is Errno.EBUSY or Errno.EINVAL or Errno.ENOTTY)
                return; // there already, or kpartx's to make: waiting tells
            LibcException.ThrowUnlessInterrupted("ioctl", device.Handle);
        }
    }
}
