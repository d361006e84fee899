using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Model;

internal sealed partial class ModelMachine : IVolumes
{
    private readonly HashSet<string> _mountUnits = [];

    public Task<VolumeSight> LookAsync(VolumeId id, LookRequest request, CancellationToken cancel) =>
        Task.FromResult(Sight(id.Name));

    public Task PartitionAsync(Undertaking.Preparing plan, CancellationToken cancel) => Effect(() =>
    {
        var disk = Disks[plan.Volume];
        if (disk.Label is null && disk.Pin != plan.Disk)
            throw new EffectFailedException("it was attached anew since it was found blank");
        Prove(disk, disk.Label is null && disk.Filesystem is null && !disk.IsForeign || disk.Label == Layout.InitialLabel);
        disk.Label = Layout.InitialLabel;
        (disk.Layout, disk.TableBytes, disk.KernelBytes) = (plan.Layout, disk.Pin.SizeBytes, disk.Pin.SizeBytes);
    });

    public Task MakeFilesystemAsync(Undertaking.Preparing plan, CancellationToken cancel) => Effect(() =>
    {
        var disk = Disks[plan.Volume];
        Prove(disk, disk.Label == Layout.InitialLabel && disk.Record is null && disk.Tree is null);
        (disk.Filesystem, disk.FilesystemBytes) = (plan.Layout.Filesystem, disk.KernelBytes);
    });

    public Task NamePartitionAsync(Undertaking.Preparing plan, CancellationToken cancel) => Effect(() =>
    {
        Prove(Disks[plan.Volume], Disks[plan.Volume].Record is not null);
        Disks[plan.Volume].Label = plan.Layout.Label;
    });

    public Task MountAsync(Place.OnVolume place, string options, CancellationToken cancel) => Effect(() =>
    {
        var disk = Disks[place.VolumeId];
        if (!disk.IsAttached || disk.IsCut || disk.Filesystem != place.Filesystem)
            throw new EffectFailedException("not there");
        _mountUnits.Add(place.VolumeId);
        disk.IsMounted = true;
    });

    /// <summary>Why no volume can be grown; empty where it can.</summary>
    public string GrowFails { get; set; } = "";

    /// <summary>While the table is written there is none that a kernel would read.</summary>
    public async Task GrowPartitionAsync(Growth plan, CancellationToken cancel)
    {
        var disk = Disks.Values.Single(d => d.Pin.Serial == plan.Disk.Serial);
        if (!disk.IsAttached)
            throw new EffectFailedException("not there");
        Prove(disk, Current.Growing == plan && disk.Layout == plan.Layout && disk.Pin.SizeBytes >= plan.Disk.SizeBytes);
        if (GrowFails.Length > 0)
            throw new EffectFailedException(GrowFails);
        if (disk.IsCut || disk.TableBytes != disk.Pin.SizeBytes)
        {
            await Effect(() => disk.IsCut = true);
            await Effect(() => (disk.IsCut, disk.TableBytes) = (false, disk.Pin.SizeBytes));
        }

        await Effect(() => disk.KernelBytes = disk.TableBytes);
    }

    public Task GrowFilesystemAsync(Place.OnVolume place, Growth plan, CancellationToken cancel) => Effect(() =>
    {
        var disk = Mounted(place);
        Prove(disk, Current.Growing == plan && !disk.IsCut && disk.TableBytes == disk.KernelBytes);
        disk.FilesystemBytes = disk.KernelBytes;
    });

    public Task UnmountAsync(Place.OnVolume place, CancellationToken cancel) => Effect(() =>
    {
        Assert.False(_runningOn is not null && _runningOn == Disks[place.VolumeId].Tree, "unmounted under the node");
        if (Disks[place.VolumeId] is { IsBusy: true, IsMounted: true })
            throw new EffectFailedException($"{place.MountPoint} cannot be unmounted: bash (42) uses it", "stop what uses it");
        Disks[place.VolumeId].IsMounted = false;
    });

    public Task ForgetMountAsync(Place.OnVolume place, CancellationToken cancel) =>
        Effect(() => _mountUnits.Remove(place.VolumeId));

    public Task ForgetAllMountsAsync(CancellationToken cancel) => Effect(_mountUnits.Clear);

    public Task WriteRecordAsync(Place.OnVolume place, VolumeRecord record, CancellationToken cancel) =>
        Effect(() => Mounted(place).Record = record);

    public Task<VolumeRecord?> ReadRecordAsync(Place.OnVolume place, CancellationToken cancel) =>
        Task.FromResult(Mounted(place).Record);

    public Task PublishIncomingAsync(Place.OnVolume place, CancellationToken cancel) => Effect(() =>
    {
        var disk = Mounted(place);
        if (disk.Incoming is null)
            return;
        Prove(disk, disk.Tree is null);
        (disk.Tree, disk.Incoming) = (disk.Incoming, null);
    });

    public Task ReopenIncomingAsync(Place.OnVolume place, CancellationToken cancel) => Effect(() =>
    {
        var disk = Mounted(place);
        if (disk.Tree is null)
            return;
        Prove(disk, disk.Record is { State: RecordState.Incoming } && _runningOn != disk.Tree);
        (disk.Incoming, disk.Tree) = (disk.Tree, null);
    });

    /// <summary>Deleting takes its time: half of it is gone before the rest.</summary>
    public async Task DiscardIncomingAsync(Place.OnVolume place, CancellationToken cancel)
    {
        await Effect(() =>
        {
            var disk = Mounted(place);
            Prove(disk, disk.Incoming is null || disk.Record is { State: RecordState.Incoming });
            disk.Incoming = disk.Incoming is { } tree ? new ModelTree([.. tree.Writes.Take(tree.Writes.Count / 2)]) : null;
        });
        await Effect(() => Mounted(place).Incoming = null);
    }

    public Task ReleaseAsync(Place.OnVolume place, VolumeRecord record, CancellationToken cancel) => Effect(() =>
    {
        var disk = Disks[place.VolumeId];
        Assert.False(_runningOn is not null && _runningOn == disk.Tree, "released under the node");
        if (!disk.IsAttached)
            throw new EffectFailedException($"{place.VolumeId} is not attached");
        disk.IsMounted = false;
        disk.Record = record;
    });

    private VolumeSight Sight(string volume)
    {
        if (!Disks.TryGetValue(volume, out var disk) || !disk.IsAttached)
            return new VolumeSight.NotAttached();
        if (disk.IsForeign)
            return new VolumeSight.Foreign(volume, "somebody's");
        if (disk is { IsCut: true, IsMounted: false })
            return Current.Growing?.Layout == disk.Layout ? new VolumeSight.HalfGrown(volume, disk.Pin) : new VolumeSight.Foreign(volume, "half a table");
        if (disk.Record is not null && disk.Filesystem is not null)
            return new VolumeSight.Recorded(volume, disk.Pin, disk.Filesystem, disk.Record, disk.Tree?.HostId is not null, disk.Incoming is not null)
            { IsMounted = disk.IsMounted, IsTableCut = disk.IsCut, Room = RoomOn(disk) };
        if (disk.Label == Layout.InitialLabel)
            return new VolumeSight.HalfMade(volume, disk.Pin);
        if (disk.Filesystem is not null)
            return disk.Tree is null
                ? new VolumeSight.EmptyFilesystem(volume, disk.Pin, disk.Filesystem)
                : new VolumeSight.Unrecorded(volume, disk.Pin, disk.Filesystem, "cassandra");
        return new VolumeSight.Blank(volume, disk.Pin);
    }

    private static Growth? RoomOn(ModelDisk disk) => disk is { IsMounted: true, IsCut: false, IsGrown: false, Layout: { } layout }
        ? new Growth(disk.Record!.VolumeId, disk.Pin, layout, disk.TableBytes)
        : null;

    private ModelDisk Mounted(Place.OnVolume place)
    {
        var disk = Disks[place.VolumeId];
        Assert.True(disk.IsMounted && disk.Filesystem == place.Filesystem, $"{place.VolumeId} is not mounted");
        return disk;
    }

    private static void Prove(ModelDisk disk, bool proof)
    {
        disk.WasViolated |= !proof;
        Assert.True(proof, "a write without proof");
    }
}
