using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Mounts;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>Whether a mounted volume could use more of its disk, or reaches beyond its end: clouds change sizes while it serves.</summary>
internal sealed class RoomLook(MachinePaths paths, SysBlock block)
{
    /// <summary>The sight with what was found. What cannot be measured is not grown, and serves on.</summary>
    internal VolumeSight.Recorded Into(VolumeSight.Recorded sight, Disk disk, Mount mount)
    {
        try
        {
            return Measured(sight, disk, mount);
        }
        catch (IOException)
        {
            return sight;
        }
    }

    private VolumeSight.Recorded Measured(VolumeSight.Recorded sight, Disk disk, Mount mount)
    {
        // A filesystem on the bare disk is the operator's own, and device-mapper tells no start: both are left alone.
        if (block.Partitions(disk.Name).FirstOrDefault(p => p.Device == mount.Device) is not { Start: { } start } partition)
            return sight;
        if (start + partition.Length > disk.Pin.SizeBytes)
            return sight with { IsCutShort = true };
        using var whole = OpenDevice.ThroughCache(paths.NodeOf(disk));
        if (Gpt.Primary(whole) is not { } table)
            return sight with { IsTableCut = true };
        return IsOurs(table, sight, partition) && IsWorthIt(table, disk, partition, mount) && IsSafe(table, whole)
            ? sight with { Room = new Growth(sight.Record.VolumeId, disk.Pin, LayoutOf(table, sight), table.DiskBytes) }
            : sight;
    }

    /// <summary>A table that is in every point as the charm writes it, so that writing it again for a larger disk changes nothing else.</summary>
    private static bool IsOurs(Gpt table, VolumeSight.Recorded sight, DiskPartition partition) =>
        table.Partitions is [{ Number: 1, Start: PlannedPartition.Start, Attributes: 0 } only] && only.Type == Gpt.LinuxFilesystem
        && only.Uuid == sight.Filesystem.PartitionUuid && only.Label == PartitionLabel.For(sight.Record.VolumeId)
        && only.Length == PlannedPartition.LengthOn(table.DiskBytes)
        && partition is { Number: 1, Start: PlannedPartition.Start };

    private bool IsWorthIt(Gpt table, Disk disk, DiskPartition partition, Mount mount)
    {
        var wanted = PlannedPartition.LengthOn(disk.Pin.SizeBytes);
        return wanted >= table.Partitions[0].Length && wanted - Math.Min(table.Partitions[0].Length, partition.Length) >= Growth.Slack
            || partition.Length - MountedFilesystem.SizeOf(mount, $"{paths.Dev}/{partition.Name.Replace('!', '/')}") >= Growth.Slack;
    }

    /// <summary>
    /// Nothing to write, or the second copy stands where nothing is written: whatever is cut, one copy stays whole. Where
    /// somebody moved it to the new end, or it is damaged, that could not be promised.
    /// </summary>
    private static bool IsSafe(Gpt table, OpenDevice whole) =>
        (whole.Size == table.DiskBytes || whole.Size - table.DiskBytes >= Growth.Slack)
        && Mbr.Read(whole) is [{ IsProtective: true }] && Gpt.Backup(whole, table.DiskBytes) is { } backup
        && backup.DiskGuid == table.DiskGuid && backup.Partitions.SequenceEqual(table.Partitions);

    private static Layout LayoutOf(Gpt table, VolumeSight.Recorded sight) =>
        new(table.DiskGuid, sight.Filesystem, table.Partitions[0].Label);
}
