using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Steps;

/// <summary>From a blank disk, or an empty filesystem, to a mounted volume with a first record.</summary>
internal sealed class Preparing(IMachine machine, Observation seen) : Step(machine, seen)
{
    /// <summary>Intent → partition → filesystem → mount → record → final label. Continues where a crash cut it.</summary>
    internal async Task PrepareAsync(string volume, VolumeSight sight, CancellationToken cancel)
    {
        var plan = Continued(volume, sight) ?? Planned(volume, sight);
        await SaveAsync(Journal with
        {
            Undertaking = plan,
            LeftHalfMade = [.. Journal.LeftHalfMade.Where(p => p.Volume != volume)],
            Lineage = Journal.Lineage ?? Machine.Clock.NewGuid(),
        }, cancel).ConfigureAwait(false);
        await Machine.ReportAsync(StatusText.Preparing(volume), cancel).ConfigureAwait(false);

        if (sight is VolumeSight.Blank or VolumeSight.HalfMade)
        {
            await Volumes.PartitionAsync(plan, cancel).ConfigureAwait(false);
            await Volumes.MakeFilesystemAsync(plan, cancel).ConfigureAwait(false);
        }

        var place = new Place.OnVolume(volume, plan.Layout.Filesystem);
        await MountAsync(place, cancel).ConfigureAwait(false);
        await Volumes.WriteRecordAsync(place, FirstRecord(volume, plan.Disk.Serial), cancel).ConfigureAwait(false);
        await Volumes.NamePartitionAsync(plan, cancel).ConfigureAwait(false);
        await SaveAsync(Journal with { Undertaking = null }, cancel).ConfigureAwait(false);
    }

    /// <summary>An empty filesystem is used as it is.</summary>
    internal async Task ClaimAsync(Place.OnVolume place, DiskPin disk, CancellationToken cancel)
    {
        await Machine.ReportAsync(StatusText.Preparing(place.VolumeId), cancel).ConfigureAwait(false);
        await SaveAsync(Journal with { Lineage = Journal.Lineage ?? Machine.Clock.NewGuid() }, cancel).ConfigureAwait(false);
        await MountAsync(place, cancel).ConfigureAwait(false);
        await Volumes.WriteRecordAsync(place, FirstRecord(place.VolumeId, disk.Serial), cancel).ConfigureAwait(false);
    }

    /// <summary>The map no longer names the disk: nothing more is written to it, and what is ours on it is remembered.</summary>
    internal Task DropAsync(Undertaking.Preparing work, CancellationToken cancel) =>
        SaveAsync(Journal with { Undertaking = null, LeftHalfMade = [.. Journal.LeftHalfMade, work] }, cancel);

    /// <summary>Deletes an unfinished copy, as the operator ordered; the filesystem is an empty one afterwards.</summary>
    internal async Task DiscardAsync(Place.OnVolume place, VolumeRecord record, CancellationToken cancel)
    {
        await MountAsync(place, cancel).ConfigureAwait(false);
        await EmptyAsync(place, record.CopyId, cancel).ConfigureAwait(false);
        await Machine.FulfilAsync(OrderKind.Discard, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// The plan in the journal. Not where the disk is still blank and was attached anew or enlarged since: nothing was written
    /// by that plan, and nothing ever could be, for the disk that it names is not there any more.
    /// </summary>
    private Undertaking.Preparing? Continued(string volume, VolumeSight sight)
    {
        var begun = Journal.Undertaking as Undertaking.Preparing is { } p && p.Volume == volume
            ? p
            : Journal.LeftHalfMade.FirstOrDefault(l => l.Volume == volume);
        return sight is VolumeSight.Blank blank && blank.Pin != begun?.Disk ? null : begun;
    }

    private Undertaking.Preparing Planned(string volume, VolumeSight sight)
    {
        var pin = sight is VolumeSight.Blank blank ? blank.Pin : throw new InvalidOperationException(
            "only a disk proven blank is planned anew");
        var filesystem = new Filesystem(
            Seen.Settings.VolumeFilesystem, Machine.Clock.NewGuid(), Machine.Clock.NewGuid());
        var layout = new Layout(Machine.Clock.NewGuid(), filesystem, PartitionLabel.For(volume));
        return new Undertaking.Preparing(volume, pin, layout) { Entry = Seen.Entry, Since = Now };
    }
}
