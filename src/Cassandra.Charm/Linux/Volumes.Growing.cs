using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Looking;
using Cassandra.Charm.Linux.Mounts;
using Cassandra.Charm.Linux.Programs;

namespace Cassandra.Charm.Linux;

/// <summary>Partition and filesystem of an enlarged disk, while it is in use.</summary>
public sealed partial class Volumes
{
    private static readonly TimeSpan GrowthLimit = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task GrowPartitionAsync(Growth plan, CancellationToken cancel)
    {
        var disk = Enlarged(plan);
        using var device = OpenDevice.ForReading(_paths.NodeOf(disk)); // it is mounted: no exclusive open
        await WholeDiskLock.TakeAsync(device, cancel).ConfigureAwait(false);
        ProveEnlarged(device, disk, plan);
        if (!IsWritten(device, plan))
        {
            await _sfdisk.CreateAsync(device, plan.Layout, plan.Layout.Label, PlannedPartition.Start,
                PlannedPartition.LengthOn(device.Size), cancel).ConfigureAwait(false);
            device.Sync();
            using var again = OpenDevice.ForReading(_paths.NodeOf(disk));
            if (again.Number != device.Number || !IsWritten(again, plan))
                throw new EffectFailedException($"the partition table written to {disk.Name} does not read back as planned");
        }

        await _partitions.StretchAsync(disk, device, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task GrowFilesystemAsync(Place.OnVolume place, Growth plan, CancellationToken cancel)
    {
        using var root = OpenMounted(place);
        var mount = MountInfo.OfSelf(_paths).At(place.MountPoint)!;
        if (_block.DiskOf(mount.Device) is not { } disk || disk.Pin.Serial != plan.Disk.Serial
            || _block.Partitions(disk.Name).FirstOrDefault(p => p.Device == mount.Device) is not { } partition)
            throw new EffectFailedException($"{place.MountPoint} is not on the disk of {plan.Volume}");
        var node = _partitions.NodeOf(partition);
        if (IsFilled())
            return;
        using var device = OpenDevice.ForReading(node);
        RequireNumber(device, partition);
        var command = mount.Type == "xfs"
            ? new Command("xfs_growfs", "-d", place.MountPoint)
            : new Command("resize2fs", device.PathForChildren);
        await _programs.RunAsync(command with { TimeLimit = GrowthLimit }, cancel).ConfigureAwait(false);
        root.SyncFilesystem();
        if (!IsFilled())
            throw new EffectFailedException($"{command.Program} left the {mount.Type} filesystem smaller than its partition");

        bool IsFilled() => partition.Length - MountedFilesystem.SizeOf(mount, node) < Growth.Slack;
    }

    /// <summary>The one disk with the plan's serial and table.</summary>
    private Disk Enlarged(Growth plan)
    {
        Disk[] found = [.. _block.WholeDisks().Where(disk => disk.MultipathMap is null && disk.Pin.Serial == plan.Disk.Serial && CarriesTable(disk, plan))];
        return found switch
        {
            [var only] => only,
            [] => throw new EffectFailedException($"no disk carries the partition table of {plan.Volume}"),
            _ => throw new EffectFailedException(
                $"{string.Join(" and ", found.Select(d => d.Name))} carry the same partition table", "detach all but the right one"),
        };
    }

    private bool CarriesTable(Disk disk, Growth plan)
    {
        try
        {
            using var device = OpenDevice.ForReading(_paths.NodeOf(disk));
            return GrowingTable.IsOn(device, plan);
        }
        catch (IOException unreadable)
        {
            _log.Warning("Cannot read the partition table of {Disk:l}: {Reason:l}", disk.Name, unreadable.Message);
            return false;
        }
    }

    /// <summary>The last proof before the first write: this very disk, and on it the plan's table, old, new or cut.</summary>
    private void ProveEnlarged(OpenDevice device, Disk disk, Growth plan)
    {
        if (device.Number != new DeviceNumber((uint)disk.Pin.Major, (uint)disk.Pin.Minor) || _block.Find(disk.Name)?.Pin != disk.Pin
            || device.Size != disk.Pin.SizeBytes)
            throw new EffectFailedException($"another disk took the place of {disk.Name}");
        if (device.IsReadOnly)
            throw new EffectFailedException($"{disk.Name} is read-only", "attach it for writing");
        if (!GrowingTable.IsOn(device, plan))
            throw new EffectFailedException($"{disk.Name} no longer carries the partition table of {plan.Volume}");
    }

    private static bool IsWritten(OpenDevice device, Growth plan) =>
        DiskTables.Read(device).IsComplete(plan.Layout, plan.Layout.Label, device.Size);
}
