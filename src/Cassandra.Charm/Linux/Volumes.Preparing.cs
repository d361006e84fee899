using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Looking;
using Cassandra.Charm.Linux.Mounts;

namespace Cassandra.Charm.Linux;

/// <summary>Partition, filesystem, final name: the only code that writes to a disk as such.</summary>
public sealed partial class Volumes
{
    /// <inheritdoc/>
    public async Task PartitionAsync(Undertaking.Preparing plan, CancellationToken cancel)
    {
        var disk = Planned(plan);
        if (Tables(disk) is { } tables && IsPartitioned(tables, plan, disk))
        {
            using var reader = OpenDevice.ForReading(_paths.NodeOf(disk));
            await _partitions.StretchAsync(disk, reader, cancel).ConfigureAwait(false);
            return;
        }

        using (var device = await OpenLockedAsync(disk, cancel).ConfigureAwait(false))
        {
            ProveUntouched(device, plan, disk, cancel);
            await _sfdisk.CreateAsync(device, plan.Layout, Layout.InitialLabel, PlannedPartition.Start,
                PlannedPartition.LengthOn(device.Size), cancel).ConfigureAwait(false);
            if (Tables(disk)?.IsComplete(plan.Layout, Layout.InitialLabel, device.Size) != true)
                throw new EffectFailedException($"the partition table written to {disk.Name} does not read back as planned");
            await _partitions.StretchAsync(disk, device, cancel).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task MakeFilesystemAsync(Undertaking.Preparing plan, CancellationToken cancel)
    {
        var disk = Planned(plan);
        if (Tables(disk)?.IsComplete(plan.Layout, Layout.InitialLabel, disk.Pin.SizeBytes) != true)
            throw new EffectFailedException($"{disk.Name} does not carry the planned partition under its first label");
        // Only the lock: an exclusive open of the whole disk would keep mkfs from its partition.
        using var whole = OpenDevice.ForReading(_paths.NodeOf(disk));
        await WholeDiskLock.TakeAsync(whole, cancel).ConfigureAwait(false);
        var partition = await _partitions.WaitAsync(disk, cancel).ConfigureAwait(false);
        if (IsMade(disk, partition, plan))
            return;
        await MakeFilesystemAsync(partition, plan, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task NamePartitionAsync(Undertaking.Preparing plan, CancellationToken cancel)
    {
        var disk = Planned(plan);
        if (Tables(disk) is not { } tables || !tables.IsOf(plan.Layout))
            throw new EffectFailedException($"{disk.Name} does not carry the planned partition");
        if (tables.IsComplete(plan.Layout, plan.Layout.Label, disk.Pin.SizeBytes))
            return;
        using var device = OpenDevice.ForReading(_paths.NodeOf(disk)); // it is mounted: no exclusive open
        await WholeDiskLock.TakeAsync(device, cancel).ConfigureAwait(false);
        if (tables.Primary?.DiskBytes == device.Size)
            await _sfdisk.NameAsync(device, plan.Layout.Label, cancel).ConfigureAwait(false);
        else // enlarged meanwhile
            await _sfdisk.CreateAsync(device, plan.Layout, plan.Layout.Label, PlannedPartition.Start,
                PlannedPartition.LengthOn(device.Size), cancel).ConfigureAwait(false);
        if (Tables(disk)?.IsComplete(plan.Layout, plan.Layout.Label, disk.Pin.SizeBytes) != true)
            throw new EffectFailedException($"the partition name written to {disk.Name} does not read back as planned");
    }

    private async Task MakeFilesystemAsync(DiskPartition partition, Undertaking.Preparing plan, CancellationToken cancel)
    {
        var filesystem = plan.Layout.Filesystem;
        using (var device = OpenDevice.ForReading(_partitions.NodeOf(partition)))
        {
            RequireNumber(device, partition);
            var isOverwrite = BlankCheck.Read(device, FrontOf(device), Timeout.InfiniteTimeSpan, null, cancel) switch
            {
                { IsBlank: true } => false,
                { NonZeroAt: not null } => true, // ours: journal, GUIDs and first label say so
                _ => throw new EffectFailedException($"{partition.Name} cannot be read", "check or replace the volume"),
            };
            await _mkfs.MakeAsync(device, filesystem, plan.Volume, isOverwrite, cancel).ConfigureAwait(false);
        }

        using (var mount = PrivateMount.Writable(_partitions.NodeOf(partition), filesystem.Type))
            RecordMark.Create(mount.Path);
        using var again = OpenDevice.ForReading(_partitions.NodeOf(partition));
        RequireNumber(again, partition);
        if (Superblock.Read(again, 0) is not { } made || made.Uuid != filesystem.Uuid || made.Type != filesystem.Type || made.IsKnownDirty)
            throw new EffectFailedException($"the filesystem made on {partition.Name} does not read back as planned");
        again.Sync();
    }

    /// <summary>The planned filesystem is there, whole: mounted, or clean with its mark.</summary>
    private bool IsMade(Disk disk, DiskPartition partition, Undertaking.Preparing plan)
    {
        if (_mounted.MountOf(disk) is { } mount)
            return _mounted.Identify(disk, mount) == plan.Layout.Filesystem
                ? true
                : throw new EffectFailedException($"{partition.Name} is mounted at {mount.Point}", $"unmount {mount.Point}");
        using var device = OpenDevice.TryExclusive(_partitions.NodeOf(partition))
            ?? throw new EffectFailedException($"{partition.Name} is in use");
        RequireNumber(device, partition);
        return Superblock.Read(device, 0) is { IsKnownDirty: false } made
            && made.Uuid == plan.Layout.Filesystem.Uuid && made.Type == plan.Layout.Filesystem.Type
            && new FilesystemLook(device, _paths).Into(0, device.Size, made)
                is FilesystemLookResult.Clean { Content: FilesystemContent.Empty or FilesystemContent.Recorded, HasMark: true };
    }

    /// <summary>The disk that was planned for: the very one pinned, or the one that carries the plan's own GUIDs.</summary>
    private Disk Planned(Undertaking.Preparing plan)
    {
        var disks = _block.WholeDisks();
        return (disks.FirstOrDefault(disk => disk.Pin == plan.Disk), disks.Where(disk => IsMarked(disk, plan)).ToList()) switch
        {
            (_, { Count: > 1 } several) => throw new EffectFailedException(
                $"{string.Join(" and ", several.Select(d => d.Name))} carry the same partition table", "detach all but the right one"),
            (_, [var marked]) => marked,
            ({ } pinned, _) => pinned,
            _ => throw new EffectFailedException($"the disk that {plan.Volume} was to be prepared on is not attached"),
        };
    }

    private bool IsMarked(Disk disk, Undertaking.Preparing plan) =>
        disk.MultipathMap is null && disk.Pin.SizeBytes >= plan.Disk.SizeBytes && disk.Pin.Serial == plan.Disk.Serial
        && (Tables(disk)?.IsOf(plan.Layout) == true || IsHalfMade(disk, plan));

    /// <summary>Cut before a copy of the table was whole.</summary>
    private bool IsHalfMade(Disk disk, Undertaking.Preparing plan)
    {
        try
        {
            using var device = OpenDevice.ForReading(_paths.NodeOf(disk));
            return HalfMade.IsOn(device, DiskTables.Read(device), plan);
        }
        catch (IOException)
        {
            return false; // said where its table could not be read
        }
    }

    /// <summary>The tables of a disk, from a fresh open; null where it cannot be read.</summary>
    private DiskTables? Tables(Disk disk)
    {
        try
        {
            using var device = OpenDevice.ForReading(_paths.NodeOf(disk));
            return DiskTables.Read(device);
        }
        catch (IOException unreadable)
        {
            _log.Warning("Cannot read the partition table of {Disk:l}: {Reason:l}", disk.Name, unreadable.Message);
            return null;
        }
    }

    private static bool IsPartitioned(DiskTables tables, Undertaking.Preparing plan, Disk disk) =>
        tables.IsComplete(plan.Layout, Layout.InitialLabel, disk.Pin.SizeBytes)
        || tables.IsComplete(plan.Layout, plan.Layout.Label, disk.Pin.SizeBytes);

    private async Task<OpenDevice> OpenLockedAsync(Disk disk, CancellationToken cancel)
    {
        var device = OpenDevice.TryExclusive(_paths.NodeOf(disk)) ?? throw new EffectFailedException($"{disk.Name} is in use");
        try
        {
            await WholeDiskLock.TakeAsync(device, cancel).ConfigureAwait(false);
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>The last proof before the first write: this very disk, and on it nothing, or nothing but our own cut table.</summary>
    private void ProveUntouched(OpenDevice device, Undertaking.Preparing plan, Disk disk, CancellationToken cancel)
    {
        if (device.Number != new DeviceNumber((uint)disk.Pin.Major, (uint)disk.Pin.Minor) || _block.Find(disk.Name)?.Pin != disk.Pin)
            throw new EffectFailedException($"another disk took the place of {disk.Name}");
        if (device.IsReadOnly)
            throw new EffectFailedException($"{disk.Name} is read-only", "attach it for writing");
        var isCut = HalfMade.IsOn(device, DiskTables.Read(device), plan);
        if (!isCut && disk.Pin != plan.Disk)
            throw new EffectFailedException($"{disk.Name} was attached anew since it was found blank"); // it may have been elsewhere
        var ranges = isCut
            ? ByteRange.Except(BlankPlan.Again(device.Size), HalfMade.TablePlaces(device))
            : BlankPlan.Again(device.Size);
        if (DiskTables.Read(device).Copies.Any())
            return; // a whole copy names the plan's partition: what is in it is ours
        if (!BlankCheck.Read(device, ranges, Timeout.InfiniteTimeSpan, null, cancel).IsBlank)
            throw new EffectFailedException($"{disk.Name} is no longer blank", "map a blank volume");
    }

    private static void RequireNumber(OpenDevice device, DiskPartition partition)
    {
        if (device.Number != partition.Device)
            throw new EffectFailedException($"another device took the name {partition.Name}");
    }

    /// <summary>What mkfs would find: tools look for signatures in the first megabyte.</summary>
    private static ByteRange[] FrontOf(OpenDevice device) => [new(0, Math.Min(device.Size, 1 << 20))];
}
