using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>
/// The table of design section 5: what is on the volume that the map names, against what the unit's own data is.
/// Read it row by row; a row that is missing does not compile.
/// </summary>
internal static class VolumeTable
{
    internal static Decision Row(Observation o, string volume)
    {
        if (FoundingCutShort(o) is { } begun)
            return new Decision.Found(Named(o, begun));
        if (IsServedPlace(o, volume))
            return Obeyed(o, volume) ?? InPlace.KeepServing(o, meanwhile: null);
        return (o.Assigned ?? new VolumeSight.NotAttached()).Match(
            // Not there, or not to be touched: a node that serves goes on serving.
            notAttached: n => LookAgain(NotAttached(o, volume), n.SettlesIn),
            several: s => Refuse(o, volume, s.What, "detach all but the right one"),
            unusable: u => Refuse(o, volume, u.Why, u.Remedy),
            foreign: f => Refuse(o, volume, $"it holds {f.What}", f.Remedy ?? Wipe(f)),

            // Nothing on it. Nothing is ever copied from a superseded or unknown tree, and no second identity is started.
            @unchecked: u => OnNothing(o, volume, Checking(o, volume, u)),
            blank: b => OnNothing(o, volume, new Decision.Prepare(volume, b)),
            emptyFilesystem: e => OnNothing(o, volume, new Decision.Claim(Named(o, new Place.OnVolume(volume, e.Filesystem)), e.Pin)),
            halfMade: h => new Decision.Prepare(volume, h),
            halfGrown: _ => Refuse(o, volume, "its partition table was cut while it was written for a larger disk", "it is written again when this unit serves from it"),

            // Something of ours, or Cassandra's.
            unrecorded: u => OnUnrecorded(o, volume, u),
            recorded: r => OnRecorded(o, volume, r));
    }

    /// <summary>The journal says that the node is founded here, the record not yet: Cassandra was never started.</summary>
    private static Place.OnVolume? FoundingCutShort(Observation o) =>
        o.Served is VolumeSight.Recorded { Record.State: RecordState.Initialising, HasTree: false, IsClone: false } r
        && ReferenceEquals(o.Assigned, o.Served) && o.Journal.Release is null
        && r.Record.Lineage == o.Journal.Lineage && o.Journal.Node.HostId is null
            ? r.Place
            : null;

    private static Decision LookAgain(Decision decision, TimeSpan? settlesIn) => decision is Decision.Rest rest && settlesIn is { } left
        ? rest with { LookAgainAfter = left + TimeSpan.FromSeconds(1) }
        : decision;

    private static Decision NotAttached(Observation o, string volume) => o.Node.Data switch
    {
        LocalData.ElsewhereOrUnknown when o.Journal.Release is not null => Down(o, UnitStatus.Waiting(
            $"{volume} is not attached; {WhereTheDataIs(o)}")),
        LocalData.ElsewhereOrUnknown => StayDown(o, volume, $"{volume} is not attached either"),
        LocalData.NeverServed or LocalData.Fresh or LocalData.Real =>
            InPlace.KeepServing(o, StatusText.NotAttached(volume, o.Journal.Served)),
    };

    private static Decision OnNothing(Observation o, string volume, Decision take) => o.Node.Data switch
    {
        LocalData.Fresh or LocalData.Real when o.Journal.Served is null => InPlace.Strangers(),
        LocalData.ElsewhereOrUnknown => StayDown(o, volume, $"{volume} is empty"),
        LocalData.NeverServed or LocalData.Fresh or LocalData.Real => take,
    };

    /// <summary>What serves already is neither to be adopted nor an unfinished copy: an order that stood would act some other day.</summary>
    private static Decision.Decline? Obeyed(Observation o, string volume) =>
        Adoption.IsOrdered(o, volume) ? new Decision.Decline(OrderKind.Adopt, "")
        : o.Orders.Discard?.Subject == volume ? new Decision.Decline(OrderKind.Discard, "")
        : null;

    /// <summary>
    /// The map names the very volume that last served, by whatever spelling; not a clone of it under the clone's name, and
    /// nothing that an order says to adopt in its place.
    /// </summary>
    private static bool IsServedPlace(Observation o, string volume) =>
        o.Journal is { Served: Place.OnVolume served, Release: null } && o.Served is not null && ReferenceEquals(o.Assigned, o.Served)
        && !(o.Served is VolumeSight.Recorded r && InPlace.WhyNotOurs(o, r) is not null
            && (Adoption.IsOrdered(o, volume) || (r.IsClone && volume != served.VolumeId)));

    /// <summary>Reading takes long: what should serve is made to serve first.</summary>
    private static Decision Checking(Observation o, string volume, VolumeSight.Unchecked u) =>
        InPlace.KeepServing(o, StatusText.Checking(volume, u.Fraction)) is { } first and not Decision.Rest
            ? first
            : new Decision.CheckBlank(volume, u);

    private static Decision OnUnrecorded(Observation o, string volume, VolumeSight.Unrecorded u) =>
        Adoption.OfUnrecorded(o, volume) switch
        {
            AdoptionVerdict.Refused no => Refuse(o, volume, no.Seen, no.Remedy),
            _ => new Decision.Adopt(Named(o, new Place.OnVolume(volume, u.Filesystem, u.Subdirectory)), null, u.Pin.Serial),
        };

    private static Decision OnRecorded(Observation o, string volume, VolumeSight.Recorded r) => r.Record.State switch
    {
        _ when !IsOthersCopy(o, r)
            && o.Journal.Failed.FirstOrDefault(f => f.Volume == volume || f.Volume == r.Record.VolumeId) is { } failed && !Adoption.IsOrdered(o, volume) =>
            Refuse(o, volume, failed.ByOrder ? "this unit was rolled back from it" : $"the move to it failed ({failed.Reason})",
                $"to try again, run the action adopt-volume volume={volume} reason=…, or change the entry"),
        RecordState.Initialising when !r.IsClone && !r.HasTree && !r.HasIncoming => OnEmpty(o, volume, r),
        RecordState.Incoming or RecordState.Ready or RecordState.Abandoned when IsOwnCopy(o, r) => OnOwnCopy(o, volume, r),
        _ when o.Orders.Discard?.Subject == volume && !r.IsClone && r.Record.State is RecordState.Incoming or RecordState.Ready =>
            new Decision.Discard(r.Place, r.Record),
        _ when !r.HasTree && r.Record.State != RecordState.Incoming => Refuse(o, volume,
            $"its record says {r.Record.State.ToString().ToLowerInvariant()} by {r.Record.Owner.Unit}, and its data directory is not there",
            "map the volume that holds the data"),
        _ => Adoption.OfRecorded(o, volume, r) switch
        {
            AdoptionVerdict.Refused no => Refuse(o, volume, no.Seen, no.Remedy),
            AdoptionVerdict.Watching w => Watch(o, volume, w),
            _ => new Decision.Adopt(Named(o, PlaceToAdopt(volume, r)), r.Record, r.Pin.Serial),
        },
    };

    /// <summary>A clone that is adopted is a volume of its own: its original may come to the same machine.</summary>
    private static Place.OnVolume PlaceToAdopt(string volume, VolumeSight.Recorded r) =>
        r.IsClone ? r.Place with { VolumeId = volume } : r.Place;

    /// <summary>A copy that this unit began; a clone of a copy is nobody's to continue.</summary>
    internal static bool IsOwnCopy(Observation o, VolumeSight.Recorded r) => !r.IsClone
        && r.Record.CopyId is { } copy && o.Journal.CopyIds.Contains(copy) && r.Record.Owner == o.Self;

    private static bool IsOthersCopy(Observation o, VolumeSight.Recorded r) =>
        r.Record.State is RecordState.Incoming or RecordState.Ready && !IsOwnCopy(o, r);

    private static Decision OnEmpty(Observation o, string volume, VolumeSight.Recorded r) => o.Node.Data switch
    {
        LocalData.NeverServed => new Decision.Found(Named(o, r.Place)),
        LocalData.Fresh or LocalData.Real when o.Journal.Served is null => InPlace.Strangers(),
        LocalData.Fresh or LocalData.Real => new Decision.Move(Named(o, r.Place)) { StartsFirst = InPlace.IsToBeStarted(o) },
        LocalData.ElsewhereOrUnknown => StayDown(o, volume, $"{volume} is empty"),
    };

    private static Decision OnOwnCopy(Observation o, string volume, VolumeSight.Recorded r) => o.Node.Data switch
    {
        LocalData.Fresh or LocalData.Real when o.Journal.Served is null => InPlace.Strangers(),
        LocalData.Fresh or LocalData.Real => new Decision.Move(Named(o, r.Place)) { StartsFirst = InPlace.IsToBeStarted(o) },
        LocalData.NeverServed or LocalData.ElsewhereOrUnknown => StayDown(o, volume, $"{volume} holds an unfinished copy of it"),
    };

    /// <summary>The entry goes with the place: a device path of the map is not the volume's name.</summary>
    private static Place.OnVolume Named(Observation o, Place.OnVolume place) => place with { Entry = o.Entry };

    private static Decision Watch(Observation o, string volume, AdoptionVerdict.Watching w)
    {
        var status = UnitStatus.Waiting($"{volume}: {w.Seen}; {StatusText.StillServing(o.Journal.Served)}");
        var meanwhile = o.Node.Data == LocalData.ElsewhereOrUnknown ? Down(o, status) : InPlace.KeepServing(o, status);
        return meanwhile is Decision.Rest rest
            ? rest with { Watch = w.Watch, LookAgainAfter = Adoption.StillFor + TimeSpan.FromSeconds(5) }
            : meanwhile;
    }

    private static Decision Refuse(Observation o, string volume, string seen, string remedy) =>
        o.Node.Data == LocalData.ElsewhereOrUnknown
            ? Down(o, StatusText.Refused(volume, seen, WhereTheDataIs(o), remedy))
            : InPlace.KeepServing(o, StatusText.Refused(volume, seen, StatusText.StillServing(o.Journal.Served), remedy));

    /// <summary>The place that last served is gone: whatever else is here, nothing is started.</summary>
    private static Decision StayDown(Observation o, string volume, string also) =>
        Down(o, o.Journal.Served is { } served
            ? o.Journal.Release is null
                ? StatusText.Missing(served.Name, also)
                : StatusText.Released(served.Name, $"is released; {also}, and nothing is copied from a volume that was left", null)
            : StatusText.Refused(volume, "nobody knows what last served on this machine", "Cassandra is down",
                $"/var/lib/cassandra is not this unit's; move it away, then map {volume} again"));

    private static Decision Down(Observation o, UnitStatus status) =>
        o.Node.Processes.Count > 0 && o.Journal.Served is not null && o.Served is VolumeSight.NotAttached
            ? new Decision.StopNode(status)
            : new Decision.Rest(status);

    private static string WhereTheDataIs(Observation o) =>
        o.Journal.Served is { } served
            ? $"{served.Name} is {(o.Journal.Release is null ? "missing" : "released")}; Cassandra is down"
            : "Cassandra has not been started";

    private static string Wipe(VolumeSight.Foreign f) =>
        $"if nothing on it is needed, wipe it yourself (wipefs -a /dev/{f.Disk} and blkdiscard -z /dev/{f.Disk})";
}
