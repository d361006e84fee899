using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Looking;
using Cassandra.Charm.Linux.Mounts;
using Cassandra.Charm.Linux.Native;
using Cassandra.Charm.Linux.Programs;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux;

/// <summary>Mounting by systemd, and proof of what is mounted.</summary>
public sealed partial class Volumes
{
    /// <inheritdoc/>
    public async Task MountAsync(Place.OnVolume place, string options, CancellationToken cancel)
    {
        var isNewUnit = _units.Write(place, options);
        if (IsMounted(place))
        {
            if (isNewUnit)
                await _systemctl.ReloadAsync(cancel).ConfigureAwait(false);
            return;
        }

        var mark = MarkOfUnclean(place, Holder(place));
        _points.Ensure(place.MountPoint);
        await _systemctl.ReloadAsync(cancel).ConfigureAwait(false);
        await _systemctl.StartAsync(MountUnit.NameOf(place.MountPoint), cancel).ConfigureAwait(false);
        await ProveMountedAsync(place, mark, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task UnmountAsync(Place.OnVolume place, CancellationToken cancel)
    {
        if (MountInfo.OfSelf(_paths).At(place.MountPoint) is null)
            return;
        try
        {
            await _umount.RunAsync(place.MountPoint, cancel).ConfigureAwait(false);
        }
        catch (CommandFailedException failure)
        {
            throw Busy(place, failure);
        }

        if (MountInfo.OfSelf(_paths).At(place.MountPoint) is not null)
            throw Busy(place, cause: null);
    }

    /// <inheritdoc/>
    public async Task ForgetMountAsync(Place.OnVolume place, CancellationToken cancel)
    {
        if (Forget(place.MountPoint))
            await _systemctl.ReloadAsync(cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ForgetAllMountsAsync(CancellationToken cancel)
    {
        var mounts = MountInfo.OfSelf(_paths);
        bool[] forgotten =
        [
            .. _units.Points().Where(point => point.StartsWith(Core.Places.Mounts.Root + "/", StringComparison.Ordinal))
                .Where(point => mounts.At(point) is null).Select(Forget),
        ];
        if (forgotten.Contains(true))
            await _systemctl.ReloadAsync(cancel).ConfigureAwait(false);
        if (Directory.Exists(Core.Places.Mounts.Root) && !Directory.EnumerateFileSystemEntries(Core.Places.Mounts.Root).Any())
            Directory.Delete(Core.Places.Mounts.Root);
    }

    /// <summary>Removes unit and mount point; false where systemd has nothing to forget.</summary>
    private bool Forget(string point)
    {
        if (MountInfo.OfSelf(_paths).At(point) is not null)
            throw new EffectFailedException($"{point} is still mounted");
        _points.Remove(point);
        return _units.Remove(point);
    }

    /// <summary>Whether this very filesystem is what is mounted there, for writing.</summary>
    private bool IsMounted(Place.OnVolume place)
    {
        if (MountInfo.OfSelf(_paths).At(place.MountPoint) is not { } mount)
            return false;
        if (_block.DiskOf(mount.Device) is not { } disk)
            throw new EffectFailedException($"the disk of {place.MountPoint} is gone", $"stop what uses {place.MountPoint} and unmount it");
        if (mount.Root != "/" || _mounted.Identify(disk, mount) != place.Filesystem)
            throw new EffectFailedException($"another filesystem is mounted on {place.MountPoint}", $"unmount {place.MountPoint}");
        if (mount.IsReadOnly)
            throw new EffectFailedException($"{place.MountPoint} is mounted read-only", "see dmesg for the error that made it so");
        return true;
    }

    /// <summary>The one disk that holds the filesystem now.</summary>
    private Disk Holder(Place.OnVolume place)
    {
        Disk[] holders = [.. _block.WholeDisks().Where(disk => disk.MultipathMap is null && _duplicates.Holds(disk, place.Filesystem))];
        return holders switch
        {
            [var only] => only,
            [] => throw new EffectFailedException($"{place.VolumeId} is not attached"),
            _ => throw new EffectFailedException(
                $"{string.Join(" and ", holders.Select(d => d.Name))} hold the same filesystem", "detach all but the right one"),
        };
    }

    /// <summary>The record of an unclean filesystem as it was before replay; null for a clean one.</summary>
    private VolumeRecord? MarkOfUnclean(Place.OnVolume place, Disk disk)
    {
        using var device = OpenDevice.TryExclusive(_paths.NodeOf(disk))
            ?? throw new EffectFailedException($"{disk.Name} is in use", "release it");
        var (offset, length) = place.Filesystem.PartitionUuid is { } uuid && DiskTables.Read(device).Partitions.FirstOrDefault(p => p.Uuid == uuid && p.LiesWithin(device.Size)) is { } partition
            ? (partition.Start, partition.Length)
            : (0, device.Size);
        if (Superblock.Read(device, offset) is not { } superblock)
            throw new EffectFailedException($"{disk.Name} does not hold {place.VolumeId}'s filesystem");
        var look = new FilesystemLook(device, _paths);
        if (look.Into(offset, length, superblock) is not FilesystemLookResult.Unclean)
            return null;
        // By its id it is the filesystem that was looked at; a clone that is adopted carries its original's name.
        return look.MarkOf(offset, length, superblock) is FilesystemContent.Recorded marked
                ? marked.Record
                : throw new EffectFailedException(
                    $"the filesystem of {place.VolumeId} was not cleanly unmounted", "mount and unmount it once yourself");
    }

    private async Task ProveMountedAsync(Place.OnVolume place, VolumeRecord? mark, CancellationToken cancel)
    {
        try
        {
            if (!IsMounted(place))
                throw new EffectFailedException($"systemd did not mount {place.MountPoint}");
            if (mark is not null && await ReadRecordAsync(place, cancel).ConfigureAwait(false) is var record
                && (record?.State, record?.Generation, record?.Owner) != (mark.State, mark.Generation, mark.Owner))
                throw new EffectFailedException($"the record of {place.VolumeId} is another one than before its log was replayed");
            Probe(place);
        }
        catch (EffectFailedException) when (mark is null)
        {
            // What is wrong must not stay mounted under the right name. After a replay it stays: it is the truth now.
            await _umount.RunAsync(place.MountPoint, cancel).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Writes a file through to the disk and reads it back.</summary>
    private static void Probe(Place.OnVolume place)
    {
        var path = $"{place.MountPoint}/.cassandra-charm.probe";
        byte[] expected = [.. Guid.NewGuid().ToByteArray()];
        try
        {
            DurableFile.Write(path, expected, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            using var file = Descriptor.Open(path, Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW);
            _ = Fcntl.posix_fadvise(file, 0, 0, Fcntl.POSIX_FADV_DONTNEED);
            var read = new byte[expected.Length];
            if (file.ReadAt(read, 0) != read.Length || !read.AsSpan().SequenceEqual(expected))
                throw new EffectFailedException($"what was written to {place.MountPoint} does not read back", "check or replace the volume");
        }
        catch (LibcException failure)
        {
            throw new EffectFailedException($"{place.MountPoint} cannot be written to ({failure.Message})", "see dmesg", failure);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The mount's root directory, proven to be this filesystem's.</summary>
    private SafeFileHandle OpenMounted(Place.OnVolume place)
    {
        var root = Descriptor.OpenDirectory(place.MountPoint);
        try
        {
            if (!IsMounted(place) || MountInfo.OfSelf(_paths).At(place.MountPoint)!.Device != FileStatus.Of(root).Filesystem)
                throw new EffectFailedException($"{place.VolumeId} is not mounted");
            return root;
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    private EffectFailedException Busy(Place.OnVolume place, Exception? cause)
    {
        var holders = MountHolders.Of(place.MountPoint, _paths);
        return new EffectFailedException(
            $"{place.MountPoint} cannot be unmounted" + (holders.Count == 0 ? "" : $": {string.Join(", ", holders.Take(5))} uses it"),
            "stop what uses it", cause);
    }
}
