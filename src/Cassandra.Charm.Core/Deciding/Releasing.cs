using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>
/// A deliberate release: the volume is left as a removed unit leaves it, and the node stays down until the entry means
/// another volume or the operator says <c>adopt-volume</c>.
/// </summary>
internal static class Releasing
{
    internal static OrderVerdict Judge(Observation o) => (o.Journal.Served, o.Journal.Undertaking) switch
    {
        (Place.OnVolume volume, _) when o.Journal.Release is not null => new OrderVerdict.Done(
            $"the release of {volume.VolumeId} was ordered already and stands; see the unit's status"),
        (_, { } work) => new OrderVerdict.Refused(WhyBusy(work)),
        (null, _) => new OrderVerdict.Refused($"{o.Self.Unit} has not served from any volume yet"),
        (Place.OnVolume volume, _) when WhyNot(o, volume) is { } why => new OrderVerdict.Refused(why),
        (Place.OnVolume volume, _) => new OrderVerdict.Allowed(
            $"Cassandra is drained and stopped and stays down; {volume.VolumeId} is unmounted and marked released; "
            + "the status says when it may be detached"),
        _ => new OrderVerdict.Refused($"{o.Self.Unit} serves from its root disk; there is no volume to release"),
    };

    internal static Decision OnOrder(Observation o) => Judge(o) switch
    {
        OrderVerdict.Refused no => new Decision.Decline(OrderKind.Release, no.Why),
        OrderVerdict.Done => new Decision.Decline(OrderKind.Release, ""),
        _ => Next(o, (Place.OnVolume)o.Journal.Served!),
    };

    /// <summary>What is left to do of a release that was begun, whatever the map says meanwhile; null where nothing is, or nothing can be.</summary>
    internal static Decision? Unfinished(Observation o)
    {
        if (o.Journal is not { Release: { } release, Undertaking: null, Served: Place.OnVolume place })
            return null;
        var isMounted = o.Served is VolumeSight.Recorded { IsMounted: true } r && r.Filesystem == place.Filesystem;
        return o.Node.Processes.Count > 0 || isMounted || (!release.IsMarked && Markable(o) is not null) ? Next(o, place) : null;
    }

    /// <summary>It stands: no other volume is named, and none is ordered to be adopted.</summary>
    internal static bool IsInForce(Observation o) =>
        o.Journal is { Release: { } release, Served: Place.OnVolume place }
        && (o.Assignment is not Assignment.Volume entry
            || (MeansThis(o, entry.Id, place, release) && !(Adoption.IsOrdered(o, entry.Id.Name) && o.Assigned is VolumeSight.Recorded)));

    /// <summary>What is so, and what the operator can do.</summary>
    internal static UnitStatus Status(Observation o) => StatusText.Released(
        ((Place.OnVolume)o.Journal.Served!).VolumeId, WhatIsSo(o), o.Assignment is Assignment.Volume v ? v.Id.Name : null);

    private static Decision.Release Next(Observation o, Place.OnVolume place) => new(place, Markable(o)?.Record);

    /// <summary>The volume that served, where its record is ours and says that it serves, or that we released it.</summary>
    private static VolumeSight.Recorded? Markable(Observation o) =>
        o.Served is VolumeSight.Recorded r
        && (InPlace.WhyNotOurs(o, r) is null || InPlace.WhyNotOurs(o, r with { Record = r.Record with { State = RecordState.Serving } }) is null && r.Record.State == RecordState.Released)
            ? r
            : null;

    private static string WhatIsSo(Observation o) => (o.Journal.Release!.IsMarked, o.Served) switch
    {
        (true, VolumeSight.NotAttached) => "is released and detached",
        (true, _) => "is released and may be detached",
        (false, VolumeSight.NotAttached) => "is released but was detached before its record could say so (attach it again, and it will)",
        _ => "is released but its record cannot be marked"
            + (InPlace.WhyGone(o, o.Journal.Served!) is { Length: > 0 } why ? $" ({why})" : ""),
    };

    /// <summary>Entries are compared by what they resolve to; where that shows nothing, by name.</summary>
    private static bool MeansThis(Observation o, VolumeId entry, Place.OnVolume place, Release release) => o.Assigned switch
    {
        VolumeSight.Recorded r => r.Filesystem == place.Filesystem && !r.IsClone,
        VolumeSight.Unrecorded or VolumeSight.EmptyFilesystem or VolumeSight.Blank or VolumeSight.Unchecked or VolumeSight.HalfMade => false,
        _ => entry.Text == release.Entry || entry.Name == place.VolumeId,
    };

    private static string? WhyNot(Observation o, Place.OnVolume volume) => o.Served switch
    {
        VolumeSight.Recorded r => InPlace.WhyNotOurs(o, r) is { } other ? $"{volume.VolumeId}: {other}; nothing is done to it" : null,
        null or VolumeSight.NotAttached => $"{volume.VolumeId} is not attached: there is nothing to unmount or to mark",
        _ => $"{volume.VolumeId}: {InPlace.WhyGone(o, volume)}; clear that up first",
    };

    private static string WhyBusy(Undertaking work) => work.Match(
        preparing: p => $"{p.Volume} is being prepared; wait until the status says that it serves, or change volume-map to drop it",
        moving: m => $"a move from {m.Source.Name} to {m.Target.Name} is under way; wait until it is finished, or change volume-map to cancel it",
        adopting: a => $"{a.Target.Name} is being adopted; wait until it serves, or change volume-map to leave it",
        goingBack: g => $"the unit is going back to {g.Switch.From.Name}; wait until it serves from there");
}
