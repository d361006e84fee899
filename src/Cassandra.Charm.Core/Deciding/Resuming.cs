using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>
/// What becomes of an undertaking in the journal. Before its commit point an edit of the map cancels it; after it,
/// it is finished whatever the map says.
/// </summary>
internal static class Resuming
{
    internal static Decision Of(Observation o, Undertaking work) => work.Match(
        preparing: p => o.Entry == p.Entry ? Preparation(o, p) : new Decision.Drop(p),
        moving: m => IsCommitted(o, m) ? AfterCommit(o, m) : BeforeCommit(o, m),
        adopting: a => Adopting(o, a),
        // The old place is the truth, whatever has become of the other; unless another unit has taken it meanwhile.
        goingBack: g => RollingBack.WhyTaken(o, g) is { } why
            ? new Decision.Rest(UnitStatus.Blocked($"on the way back to {g.Switch.From.Name}: {why}; Cassandra is down; "
                + "where that data serves elsewhere, remove this unit"))
            : new Decision.GoBack(g));

    /// <summary>The rename of cassandra.yaml is the commit point; while that step is under way, the file itself tells.</summary>
    private static bool IsCommitted(Observation o, Undertaking.Moving m) => m.Phase switch
    {
        MovePhase.Following or MovePhase.Copying or MovePhase.Publishing => false,
        MovePhase.Switching => o.Node.ConfiguredRoot == m.Target.DataRoot,
        MovePhase.Starting => true,
    };

    private static Decision Adopting(Observation o, Undertaking.Adopting a)
    {
        if (o.Entry != a.Entry && (a.Phase == AdoptPhase.Taking || o.Node.State == NodeState.Stopped))
            return new Decision.Drop(a);
        return IsThere(o.Target, a.Target, a.Record.DiskSerial)
            ? IsAsFound(o, a) ? new Decision.ResumeAdoption(a) : new Decision.Drop(a)
            : Gone(o, a.Target);
    }

    /// <summary>As it was found, or as this adoption claimed it: another unit may have had the volume in between.</summary>
    private static bool IsAsFound(Observation o, Undertaking.Adopting a) => a.Phase != AdoptPhase.Taking || o.Target switch
    {
        VolumeSight.Recorded r => r.Record is { State: RecordState.Serving } && r.Record.Owner == o.Self && r.Record.Generation == a.Record.Generation
            || (r.Record.State, r.Record.Owner, r.Record.Since) == (a.Record.State, a.Record.Owner, a.Record.Since),
        _ => true,
    };

    private static Decision Preparation(Observation o, Undertaking.Preparing p) => o.Assigned switch
    {
        VolumeSight.HalfMade h => new Decision.Prepare(p.Volume, h),
        VolumeSight.Blank b => new Decision.Prepare(p.Volume, b),
        VolumeSight.EmptyFilesystem e when e.Filesystem.Uuid == p.Layout.Filesystem.Uuid => new Decision.Prepare(p.Volume, e),
        VolumeSight.Recorded { Record.State: RecordState.Initialising, IsClone: false } r
            when r.Filesystem.Uuid == p.Layout.Filesystem.Uuid => new Decision.Prepare(p.Volume, r),
        _ => VolumeTable.Row(o, p.Volume),
    };

    private static Decision BeforeCommit(Observation o, Undertaking.Moving m)
    {
        var targetIsThere = IsTarget(o, m);
        if (m.Source is Place.OnVolume && InPlace.WhyGone(o, m.Source) is { } gone)
            return new Decision.Rest(StatusText.Missing(m.Source.Name, gone));
        if (IsEdited(o, m) || !targetIsThere)
            return new Decision.CancelMove(m, targetIsThere);
        return m.Phase == MovePhase.Following && o.Occasion == Occasion.Converge
            && InPlace.KeepServing(o, meanwhile: null) is var keep and not (Decision.Rest or Decision.Start)
            ? keep
            : new Decision.ResumeMove(m) { StartsFirst = InPlace.IsToBeStarted(o) };
    }

    /// <summary>A map that cannot be read says nothing new.</summary>
    private static bool IsEdited(Observation o, Undertaking.Moving m) => o.Assignment is not Assignment.Invalid && o.Entry != m.Entry;

    private static Decision AfterCommit(Observation o, Undertaking.Moving m) =>
        IsTarget(o, m) ? new Decision.ResumeMove(m) : Gone(o, m.Target);

    private static Decision Gone(Observation o, Place.OnVolume target)
    {
        var status = StatusText.Missing(target.VolumeId, "");
        return o.Node.Processes.Count > 0 ? new Decision.StopNode(status) : new Decision.Rest(status);
    }

    private static bool IsTarget(Observation o, Undertaking.Moving m) =>
        o.Target is VolumeSight.Recorded { IsClone: false } r && r.Filesystem == m.Target.Filesystem && r.Record.Owner == o.Self
        && (VolumeTable.IsOwnCopy(o, r) || r.Record.State == RecordState.Initialising);

    /// <summary>The same filesystem on the same disk; the record may still be as it was found.</summary>
    private static bool IsThere(VolumeSight? sight, Place.OnVolume target, string serial) => sight switch
    {
        VolumeSight.Recorded r => r.Filesystem == target.Filesystem && r.Pin.Serial == serial,
        VolumeSight.Unrecorded u => u.Filesystem == target.Filesystem && u.Pin.Serial == serial,
        _ => false,
    };
}
