using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>The decision: pure, total, the same for every entry point (design section 5).</summary>
public static class Decide
{
    /// <summary>What to do next, from wherever the machine is. Old data is deleted, and a volume grown, only when nothing else is to be done.</summary>
    public static Decision On(Observation o) =>
        ToServe(o) is var decision && decision is Decision.Rest rest
            ? Purging.After(o, rest) is var next && next is Decision.Rest still ? Growing.After(o, still) : next
            : decision;

    private static Decision ToServe(Observation o) => o switch
    {
        { Occasion: Occasion.Remove } => Leaving.OnRemove(o),
        { Orders.Hold: { } hold, Occasion: Occasion.Converge, Journal.Undertaking: Undertaking.Moving { Phase: MovePhase.Following } } =>
            new Decision.StopPasses(StatusText.OnHold(hold.At, hold.Reason)),
        { Orders.Hold: { } hold, Occasion: Occasion.Converge } =>
            new Decision.Rest(StatusText.OnHold(hold.At, hold.Reason)),
        _ when Growing.Cut(o) is { } cut => cut,
        { Occasion: Occasion.Stop } => Leaving.OnStop(o),
        { Orders.Release: not null } => Releasing.OnOrder(o),
        _ when Releasing.Unfinished(o) is { } left => left,
        { IsInstalled: false } => new Decision.Install(),
        _ when CuttingOver.Stray(o) is { } stray => stray,
        // The node is down for it: that would not end while a mistake stands. Until it is up again the map is as it was.
        { Journal.Undertaking: Undertaking.Moving { Phase: not MovePhase.Following } work } when HasMistake(o) => Resuming.Of(o, work),
        { Assignment: Assignment.Invalid bad } => Unchanged(o, StatusText.BadMap(bad.Problem)),
        { SettingsProblem: { } problem } => Unchanged(o, UnitStatus.Blocked(problem)),
        { IsContainer: true, Assignment: Assignment.Volume v } => Unchanged(o, StatusText.Refused(
            v.Id.Name, "this machine is a system container, which can neither see nor mount disks",
            StatusText.StillServing(o.Journal.Served), "map it to a unit on a virtual or real machine")),
        { Orders.Rollback: not null } => RollingBack.OnOrder(o),
        { Journal.Undertaking: { } work } => Resuming.Of(o, work),
        _ when Releasing.IsInForce(o) => new Decision.Rest(Releasing.Status(o)),
        _ => ByAssignment(o),
    };

    private static bool HasMistake(Observation o) => o.Assignment is Assignment.Invalid || o.SettingsProblem is not null;

    /// <summary>A mistake of the operator's changes nothing on the machine, in either direction.</summary>
    private static Decision.Rest Unchanged(Observation o, UnitStatus status) => new(
        o.Journal.Served is null ? status : status with { Message = $"{status.Message}; {Serves(o)}" });

    private static string Serves(Observation o) =>
        o.Node.State == NodeState.Serving ? StatusText.StillServing(o.Journal.Served)
        : o.Journal.Release is null ? "Cassandra is down"
        : $"{o.Journal.Served?.Name} is released; Cassandra is down";

    private static Decision ByAssignment(Observation o) => o.Assignment.Match(
        noMap: _ => WithoutVolume(o, "volume-map is empty"),
        notNamed: n => WithoutVolume(o, $"volume-map does not name {o.Self.Unit}", n),
        rootDisk: _ => WithoutVolume(o, "volume-map says none"),
        volume: v => VolumeTable.Row(o, v.Id.Name),
        invalid: bad => Unchanged(o, StatusText.BadMap(bad.Problem)));

    /// <summary>No volume is named: serve on from where the data is; a first start happens on the root disk if at all.</summary>
    private static Decision WithoutVolume(Observation o, string why, Assignment.NotNamed? notNamed = null)
    {
        if (o.Journal.Served is not null)
            return InPlace.KeepServing(o, meanwhile: null, remark: why);
        if (notNamed is not null)
            return new Decision.Rest(UnitStatus.Blocked(
                $"volume-map names {string.Join(", ", notNamed.Named)}; this is {o.Self.Unit}; add an entry for it "
                + $"({o.Self.Unit}: <volume id>, or none for the root disk); Cassandra has not been started"));
        if (o.Assignment is Assignment.NoMap && !o.Settings.VolumeEphemeralStorage)
            return new Decision.Rest(StatusText.BadMap(
                $"empty, and volume-ephemeral-storage is false; name this unit's volume ({o.Self.Unit}: <volume id>); "
                + "Cassandra has not been started"));
        return o.Node.Data switch
        {
            LocalData.NeverServed => new Decision.Found(new Place.RootDisk()),
            LocalData.Fresh or LocalData.Real or LocalData.ElsewhereOrUnknown => InPlace.Strangers(),
        };
    }
}
