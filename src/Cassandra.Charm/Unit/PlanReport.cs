using Cassandra.Charm.Core.Deciding;
using Cassandra.Charm.Core.Observing;

namespace Cassandra.Charm.Unit;

/// <summary>The answer of <c>show-plan</c>.</summary>
internal static class PlanReport
{
    /// <summary>What the next hook would do first, and what it would rest on.</summary>
    public static Dictionary<string, string> Of(Observation o)
    {
        var report = VolumeReport.Of(o);
        report["plan"] = Describe(Decide.On(o));
        return report;
    }

    private static string Describe(Decision decision) => decision switch
    {
        Decision.Rest rest => $"nothing; status {rest.Status.State.ToString().ToLowerInvariant()}: {rest.Status.Message}",
        Decision.Install => "install Cassandra",
        Decision.CheckBlank c => $"go on reading {c.Volume} to prove it blank",
        Decision.Prepare p => $"partition {p.Volume}, make a filesystem on it, mount it; then start on it or move the data there",
        Decision.Claim c => $"mount the empty filesystem of {c.Place.VolumeId} as it is; then start on it or move the data there",
        Decision.Found f => $"start Cassandra for the first time, on {f.Place.Name}",
        Decision.Move m => $"copy Cassandra's data to {m.Target.Name} while it serves, stop it for the rest, verify, serve from there",
        Decision.ResumeMove r => $"continue the move to {r.Work.Target.Name}",
        Decision.CancelMove c => $"give up the move to {c.Work.Target.Name}; {c.Work.Source.Name} serves on",
        Decision.Discard d => $"delete the unfinished copy on {d.Place.VolumeId}",
        Decision.Adopt a => $"stop Cassandra, serve from the data on {a.Target.Name}",
        Decision.ResumeAdoption r => $"continue to adopt {r.Work.Target.Name}",
        Decision.GoBack g => $"serve from {g.Work.Switch.From.Name} again and leave {g.Work.Target.Name}",
        Decision.Release r => $"stop Cassandra for good, unmount {r.Place.Name} and mark it released",
        Decision.Purge p => $"delete the old data on {p.Old.Name}",
        Decision.Grow g => $"use what the disk of {g.Work.Volume} has more now, under the running node",
        Decision.DropGrowth d => $"grow nothing: {d.Why}",
        Decision.Decline { Why.Length: > 0 } d => $"take an order back: {d.Why}",
        Decision.Decline => "take an order back that is carried out already",
        Decision.DropPurge d => $"delete nothing more: {d.Why}",
        Decision.Drop => "drop what was begun on a volume that is no longer mapped",
        Decision.Start s => $"start Cassandra on {s.Place.Name}",
        Decision.AwaitNode a => $"wait for Cassandra to answer on {a.Place.Name} and see that it is this node",
        Decision.StopPasses s => $"stop copying: {s.Afterwards.Message}",
        Decision.StopNode s => $"stop Cassandra: {s.Afterwards.Message}",
        Decision.Leave => "stop Cassandra and release its volume",
        Decision.Forget => "remove every unit of the charm's from this machine",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
