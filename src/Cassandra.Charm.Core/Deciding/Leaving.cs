using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>The unit goes: the volume is left cleanly, every byte of it intact.</summary>
internal static class Leaving
{
    /// <summary><c>stop</c>: a move under way is finished first, so that what the map promises is true when the machine goes.</summary>
    internal static Decision OnStop(Observation o)
    {
        if (o.Orders.Hold is null && o.Journal.Undertaking is Undertaking.Moving or Undertaking.Adopting or Undertaking.GoingBack
            && o.Assignment is not Assignment.Invalid)
            switch (Resuming.Of(o, o.Journal.Undertaking))
            {
                case Decision.ResumeMove move: return move;
                case Decision.ResumeAdoption adoption: return adoption;
                case Decision.CancelMove cancel: return cancel;
                case Decision.GoBack back: return back;
            }
        return HasLeft(o)
            ? new Decision.Rest(UnitStatus.Maintenance(Left(o)))
            : new Decision.Leave(o.Journal.Served, Own(o)?.Record);
    }

    internal static Decision OnRemove(Observation o) =>
        HasLeft(o)
            ? new Decision.Forget()
            : new Decision.Leave(o.Journal.Served, Own(o)?.Record);

    private static bool HasLeft(Observation o) => o.Node.Processes.Count == 0 && !IsMounted(o) && Own(o) is null;

    private static bool IsMounted(Observation o) =>
        o.Journal.Served is Place.OnVolume place
        && o.Served is VolumeSight.Recorded { IsMounted: true } r && r.Place.MountPoint == place.MountPoint;

    /// <summary>The volume that served, where it is the very one: another's record, or a clone's, is not for us to mark.</summary>
    private static VolumeSight.Recorded? Own(Observation o) =>
        o.Served is VolumeSight.Recorded r && InPlace.WhyNotOurs(o, r) is null ? r : null;

    private static string Left(Observation o) =>
        o.Served is VolumeSight.Recorded { Record.State: RecordState.Released } r
            ? $"stopped; {r.Record.VolumeId} is unmounted and released"
            : "stopped";
}
