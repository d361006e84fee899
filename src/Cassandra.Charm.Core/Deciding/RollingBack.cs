using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>
/// Back to the place that served before the last switch, only while that loses nothing: it is proven that nobody can have
/// written to the present place, and the old data is there, as that switch left it.
/// </summary>
internal static class RollingBack
{
    internal static OrderVerdict Judge(Observation o) => o.Journal switch
    {
        { Undertaking: Undertaking.GoingBack g } => new OrderVerdict.Done($"the unit is going back to {g.Switch.From.Name} already"),
        { Undertaking: Undertaking.Moving m } when IsUnstarted(o, m) => new OrderVerdict.Allowed(
            $"the next hook serves from {m.Source.Name} again; nothing was started on {m.Target.Name}"),
        { Undertaking: Undertaking.Moving { Phase: not MovePhase.Starting } m } => new OrderVerdict.Refused(
            $"the move to {m.Target.Name} has not switched yet, {m.Source.Name} is still the truth; change volume-map to cancel it"),
        { Undertaking: Undertaking.Preparing or Undertaking.Adopting { Phase: AdoptPhase.Taking } } => new OrderVerdict.Refused(
            "nothing has been switched yet; change volume-map to cancel what is under way"),
        { Release: not null, Served: { } place } => new OrderVerdict.Refused(
            $"{place.Name} is released; map another volume, or serve from it again by the action adopt-volume"),
        { Served: Place.OnVolume place, LastSwitch: { } last } => (WhyWritten(o, place, last) ?? WhyGone(o, place, last)) is { } why
            ? new OrderVerdict.Refused(why)
            : new OrderVerdict.Allowed($"the next hook serves from {last.From.Name} again; {place.VolumeId} is marked abandoned "
                + "and not tried again until volume-map changes or the action adopt-volume says so"),
        { Served: { } place } => new OrderVerdict.Refused(
            $"nothing served before {place.Name} did, or it was gone back from already: there is nothing to go back to"),
        _ => new OrderVerdict.Refused($"{o.Self.Unit} has not served yet: there is nothing to go back to"),
    };

    internal static Decision OnOrder(Observation o) => Judge(o) switch
    {
        OrderVerdict.Refused no => new Decision.Decline(OrderKind.Rollback, no.Why),
        OrderVerdict.Done => new Decision.Decline(OrderKind.Rollback, ""),
        _ when o.Journal.Undertaking is Undertaking.Moving m && IsUnstarted(o, m) => new Decision.GoBack(Work(o, m.Target,
            new Switch(m.Source, o.Journal.Node, o.Journal.Lineage, m.Generation - 1), failure: "")),
        _ => new Decision.GoBack(Work(o, (Place.OnVolume)o.Journal.Served!, o.Journal.LastSwitch!, failure: "")),
    };

    /// <summary>Past the commit point, and the journal does not name the target yet: the guard has let nothing start there.</summary>
    private static bool IsUnstarted(Observation o, Undertaking.Moving m) =>
        o.Journal.Served == m.Source && o.Node.Processes.Count == 0
        && (m.Phase == MovePhase.Starting || (m.Phase == MovePhase.Switching && o.Node.ConfiguredRoot == m.Target.DataRoot))
        && (m.Source is Place.RootDisk || (o.Served is VolumeSight.Recorded { IsClone: false, HasTree: true } r && r.Record.Owner == o.Self
            && r.Record.Lineage == o.Journal.Lineage && r.Record.Generation == o.Journal.Generation));

    /// <summary>The way back from a place that took over.</summary>
    internal static Undertaking.GoingBack Work(Observation o, Place.OnVolume target, Switch last, string failure) =>
        new(target, last, Math.Max(o.Journal.Generation, last.Generation) + 1, failure) { Entry = o.Entry, Since = default };

    /// <summary>Why the place that is being gone back to is no longer this unit's; null where it is, or cannot be seen.</summary>
    internal static string? WhyTaken(Observation o, Undertaking.GoingBack work) =>
        o.Previous is VolumeSight.Recorded r && !(r.Record.State == RecordState.Serving && r.Record.Owner == o.Self && r.Record.Generation == work.Generation)
            ? WhyGone(o, work.Target, work.Switch)
            : null;

    private static string? WhyWritten(Observation o, Place.OnVolume place, Switch last) =>
        last.IsConfirmed ? $"Cassandra has served from {place.VolumeId} since the switch: what was written there would be lost; {Way(last)}"
        : o.Node.Processes.Count > 0 ? $"Cassandra is running on {place.VolumeId} and may open its ports any moment; wait for the status to say how it ends"
        : !o.Node.IsUnwritten ? $"nothing proves that Cassandra did not serve from {place.VolumeId} since the switch: writes may be there alone; {Way(last)}"
        : null;

    /// <summary>The way that loses nothing.</summary>
    private static string Way(Switch last) => last.From is Place.OnVolume old
        ? $"to have the data of {old.VolumeId}'s node back on it, run the action purge-old-data volume={old.VolumeId}, then map it: the data is moved"
        : "no data is ever moved back to the root disk; map a blank volume to move it on";

    private static string? WhyGone(Observation o, Place.OnVolume place, Switch last) => (last.From, o.Previous) switch
    {
        (Place.RootDisk, _) => o.Node.RootSeal switch
        {
            { IsPurged: false, IsBeingPurged: false } seal when seal.SupersededBy == place.VolumeId => null,
            null => "the data on the root disk carries no seal of that switch; look at /var/lib/cassandra",
            { IsPurged: false, IsBeingPurged: false } seal => $"the data on the root disk was superseded by {seal.SupersededBy}, not by {place.VolumeId}",
            _ => "the data on the root disk was purged",
        },
        (Place.OnVolume old, VolumeSight.Recorded { IsClone: false, HasTree: true } r)
            when r.Filesystem == old.Filesystem && r.Record.Lineage == last.Lineage && r.Record.Generation == last.Generation
                && r.Record.Owner == o.Self && (r.Record.State == RecordState.Released || IsSupersededBy(r.Record, place)) => null,
        (Place.OnVolume old, VolumeSight.Recorded r) =>
            $"{old.VolumeId} is not as the switch left it: its record says {RecordWords.Of(r.Record.State)} by {r.Record.Owner.Unit}, generation {r.Record.Generation}",
        (Place.OnVolume old, null or VolumeSight.NotAttached) => $"{old.VolumeId} is not attached; attach it first",
        (Place.OnVolume old, _) => $"{old.VolumeId} is not as the switch left it; see the action volume-status with it mapped",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static bool IsSupersededBy(VolumeRecord record, Place.OnVolume place) =>
        record.State == RecordState.Superseded && record.SupersededBy == place.VolumeId;
}
