using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Steps;

/// <summary>
/// Puts to use what an enlarged disk has more, under the running node: intent → partition → filesystem. Each half may be
/// repeated, and is, from wherever a crash cut it.
/// </summary>
internal sealed class Growing(IMachine machine, Observation seen) : Step(machine, seen)
{
    /// <summary>Runs or resumes it.</summary>
    internal async Task RunAsync(Growth work, CancellationToken cancel)
    {
        await SaveAsync(Journal with { Growing = work }, cancel).ConfigureAwait(false);
        // A table that was cut is mended before anything can be mounted by it; the filesystem has its turn when it serves.
        var mounted = Seen.Served is VolumeSight.Recorded { IsMounted: true } ? (Place.OnVolume)Journal.Served! : null;
        if (mounted is not null)
            await ProveOursAsync(mounted, work, cancel).ConfigureAwait(false);
        await Volumes.GrowPartitionAsync(work, cancel).ConfigureAwait(false);
        if (mounted is null)
            return;
        await Volumes.GrowFilesystemAsync(mounted, work, cancel).ConfigureAwait(false);
        await SaveAsync(Journal with { Growing = null }, cancel).ConfigureAwait(false);
    }

    /// <summary>The last proof before the first write: what is mounted says that it is this unit's, on this disk.</summary>
    private async Task ProveOursAsync(Place.OnVolume place, Growth work, CancellationToken cancel)
    {
        var record = await Volumes.ReadRecordAsync(place, cancel).ConfigureAwait(false);
        if (record is null || record.VolumeId != work.Volume || record.DiskSerial != work.Disk.Serial || record.Owner != Seen.Self
            || record.Lineage != Journal.Lineage || record.Generation != Journal.Generation)
            throw new EffectFailedException(
                $"the record on {place.MountPoint} is not that of {work.Volume}; its disk was not changed", "look at it before anything else");
    }
}
