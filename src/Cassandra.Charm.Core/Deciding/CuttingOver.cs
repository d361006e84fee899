using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>May the node be stopped for the switch, once its copy is close?</summary>
internal abstract record CutOver
{
    private CutOver() { }

    /// <summary>As soon as the copy is close.</summary>
    internal sealed record Now : CutOver;

    /// <summary>Not before the window opens.</summary>
    internal sealed record Later(DateTimeOffset Opens) : CutOver;

    /// <summary>Neither; nor is anything copied.</summary>
    internal sealed record Paused(Order Order) : CutOver;
}

/// <summary>When a move that follows its source stops the node; and the orders about that.</summary>
internal static class CuttingOver
{
    internal static CutOver Of(Observation o, DateTimeOffset now) => o switch
    {
        { Orders.Pause: { } pause } => new CutOver.Paused(pause),
        { Orders.CutOver: not null } => new CutOver.Now(),
        { Settings.CutOverWindow: { } window } when window.NextAfter(now) is { } opens => new CutOver.Later(opens),
        _ => new CutOver.Now(),
    };

    /// <summary>One that was given while nobody could look whether there is anything to cut over or to pause: the next migration is another.</summary>
    internal static Decision.Decline? Stray(Observation o) => (Following(o), o.Orders) switch
    {
        ({ }, _) => null,
        (null, { CutOver: not null }) => new Decision.Decline(OrderKind.CutOver, o.Journal.Undertaking is Undertaking.Moving ? "" : "no migration is under way"),
        (null, { Pause: not null }) => new Decision.Decline(OrderKind.Pause,
            o.Journal.Undertaking is Undertaking.Moving ? "the switch was under way already" : "no migration is under way"),
        _ => null,
    };

    internal static OrderVerdict JudgePause(Observation o) => Following(o) is { } move
        ? new OrderVerdict.Allowed($"nothing more is copied to {move.Target.Name} until the action resume-migration; "
            + "what has been copied stays, and " + StatusText.StillServing(move.Source))
        : WhyNot(o);

    internal static OrderVerdict JudgeNow(Observation o) => (Following(o), o.Orders.Pause) switch
    {
        ({ } move, null) => new OrderVerdict.Allowed(
            $"as soon as the copy on {move.Target.Name} is close, Cassandra is stopped and started on it, whatever cut-over-window says"),
        ({ } move, _) => new OrderVerdict.Refused($"the migration to {move.Target.Name} is paused; run the action resume-migration first"),
        _ => WhyNot(o),
    };

    private static Undertaking.Moving? Following(Observation o) =>
        o.Journal.Undertaking is Undertaking.Moving { Phase: MovePhase.Following } move ? move : null;

    private static OrderVerdict WhyNot(Observation o) => o.Journal.Undertaking is Undertaking.Moving move
        ? new OrderVerdict.Done($"the switch to {move.Target.Name} is under way")
        : new OrderVerdict.Refused("no migration is under way on this unit");
}
