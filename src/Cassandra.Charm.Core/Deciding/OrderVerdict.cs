using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>What becomes of an operator's order.</summary>
public abstract record OrderVerdict
{
    private OrderVerdict() { }

    /// <summary>It can be carried out.</summary>
    /// <param name="Effect">What will happen, for the action's result.</param>
    public sealed record Allowed(string Effect) : OrderVerdict;

    /// <summary>All that it asks for is so already.</summary>
    /// <param name="What">What is so.</param>
    public sealed record Done(string What) : OrderVerdict;

    /// <summary>Not as the world is now.</summary>
    /// <param name="Why">One line: what was seen, what to do.</param>
    public sealed record Refused(string Why) : OrderVerdict;
}

/// <summary>Judges orders: the same for the action that gives one and for the hook that carries it out.</summary>
public static class Ordering
{
    /// <summary>A hold is never refused.</summary>
    public static OrderVerdict Hold { get; } = new OrderVerdict.Allowed(
        "from the next hook on the charm keeps its hands off; Cassandra goes on as it is; run the action resume to end it");

    /// <summary>What becomes of the order of this kind that stands in the observation.</summary>
    public static OrderVerdict Judge(Observation o, OrderKind kind) => kind switch
    {
        OrderKind.Hold => Hold,
        OrderKind.Release => WhyNotAtAll(o) ?? Releasing.Judge(o),
        OrderKind.Rollback => WhyNotAtAll(o) ?? WhyNotWithThisMap(o) ?? RollingBack.Judge(o),
        OrderKind.Purge => WhyNotAtAll(o) ?? WhyNotWithThisMap(o) ?? Purging.Judge(o, o.Orders.Purge?.Subject ?? ""),
        OrderKind.Adopt => Permitting.Adoption(o, o.Orders.Adopt?.Subject ?? ""),
        OrderKind.Discard => Permitting.Discarding(o, o.Orders.Discard?.Subject ?? ""),
        OrderKind.Pause => CuttingOver.JudgePause(o),
        OrderKind.CutOver => WhyNotAtAll(o) ?? CuttingOver.JudgeNow(o),
    };

    private static OrderVerdict.Refused? WhyNotAtAll(Observation o) => o.Orders.Hold is { } hold
        ? new OrderVerdict.Refused($"the charm is on hold{(hold.Reason.Length == 0 ? "" : $" ({hold.Reason})")} and changes nothing; run the action resume first")
        : null;

    private static OrderVerdict.Refused? WhyNotWithThisMap(Observation o) => o.Assignment is Volumes.Assignment.Invalid bad
        ? new OrderVerdict.Refused($"volume-map: {bad.Problem}; correct it first")
        : null;
}
