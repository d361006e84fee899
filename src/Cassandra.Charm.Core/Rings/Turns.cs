namespace Cassandra.Charm.Core.Rings;

/// <summary>
/// Who may stop a node, and who may start one. The leader grants, through the application's bag; a grant is out until its
/// unit says that it is over, or is gone from the application. As the leader reads its own bag anew before it writes, and
/// Juju takes the write from a leader only, no grant is ever overlooked: what others see late only makes them wait.
/// </summary>
public static class Turns
{
    /// <summary>What the leader writes: who has a turn from now on.</summary>
    public static RingBook Lead(RingView v)
    {
        var halt = Halt(v);
        var book = v.Book with
        {
            Stops = [.. v.Book.Stops.Where(grant => IsOut(grant, v))],
            Start = v.Book.Start is { } start && IsOut(start, v) ? start : null,
            Halt = halt,
        };
        book = Founding.Lead(v with { Book = book });
        return halt is null && NextToStop(v with { Book = book }) is { } next
            ? book with { Stops = [.. book.Stops, new Grant(next.Unit, next.Request!.Number)], Last = next.Unit }
            : book;
    }

    /// <summary>Whether a unit has a turn that it has asked for.</summary>
    public static bool Has(RingUnit unit, RingBook book) => unit.Request switch
    {
        { Kind: TurnKind.Stop } wish => book.Stops.Contains(new Grant(unit.Unit, wish.Number)),
        { Kind: TurnKind.Start } wish => book.Start == new Grant(unit.Unit, wish.Number),
        _ => false,
    };

    /// <summary>A grant of which its unit has not said that it is over. What was not seen of a unit that exists may still be to come.</summary>
    internal static bool IsOut(Grant grant, RingView v) =>
        v.Existing.Contains(grant.Unit) && !(v.Find(grant.Unit) is { } unit && unit.Done >= grant.Number);

    /// <summary>A unit waits for a turn of this kind that it does not have.</summary>
    internal static bool Waits(RingUnit unit, TurnKind kind, RingView v) =>
        unit.Request is { } wish && wish.Kind == kind && wish.Number > unit.Done && v.Existing.Contains(unit.Unit) && !Has(unit, v.Book);

    /// <summary>Whether somebody would go next if the ring were well: then it is worth looking whether it is.</summary>
    public static bool IsAnyToStop(RingView v) => v.Book.Halt is null && FirstToStop(v) is not null;

    private static RingUnit? NextToStop(RingView v) =>
        FirstToStop(v) is { } next && WhyNotStop(next, v) is null ? next : null;

    /// <summary>The next in number after the one before, so that everybody's turn comes; null where none may go now.</summary>
    private static RingUnit? FirstToStop(RingView v)
    {
        if (v.Book.Start is not null || (v.Scope == TurnScope.Node && v.Book.Stops.Count > 0))
            return null;
        var rack = v.Book.Stops.Count == 0 ? null : v.Find(v.Book.Stops[0].Unit)?.Rack ?? "";
        if (rack == "")
            return null;
        var waiting = v.Units.Where(unit => Waits(unit, TurnKind.Stop, v) && (rack is null || unit.Rack == rack)).ToList();
        var after = v.Book.Last.Length == 0 ? -1 : RingView.Number(v.Book.Last);
        return waiting.Find(unit => RingView.Number(unit.Unit) > after) ?? waiting.FirstOrDefault();
    }

    /// <summary>
    /// Why a node must not be stopped now, its turn or not; null where it may. Asked by the leader before it grants and by the
    /// unit that was granted, with its own eyes, before it stops: the ring may have changed in between.
    /// </summary>
    public static string? WhyNotStop(RingUnit unit, RingView v)
    {
        if (v.Health is RingHealth.Unknown unknown)
            return unknown.Why;
        var seen = (RingHealth.Seen)v.Health;
        if (seen.IsStreaming)
            return "data is being streamed";
        var down = v.Book.Stops.Select(grant => grant.Unit).Append(unit.Unit).ToHashSet();
        var mayBeDown = down.Select(name => v.Find(name)?.HostId).ToHashSet();
        if (seen.Nodes.FirstOrDefault(node => !node.IsNormal) is { } moving)
            return $"{Name(moving, v)} is joining, leaving or moving";
        if (seen.Nodes.FirstOrDefault(node => !node.IsUp && !mayBeDown.Contains(node.HostId)) is { } fallen)
            return $"{Name(fallen, v)} is down";
        var members = seen.Nodes.Select(node => (Guid?)node.HostId).ToHashSet();
        return v.Units.FirstOrDefault(u => u.IsServing && v.Existing.Contains(u.Unit) && !down.Contains(u.Unit) && !members.Contains(u.HostId)) is { } missing
            ? $"{missing.Unit} is not in the ring"
            : null;
    }

    private static string Name(RingNode node, RingView v) =>
        v.Units.FirstOrDefault(unit => unit.HostId == node.HostId)?.Unit ?? $"{node.HostId} ({node.Address})";

    /// <summary>A turn that failed stands in the way of all that follow, until an operator lifts exactly that halt.</summary>
    private static RollHalt? Halt(RingView v)
    {
        if (v.Book.Halt is { } halt)
            return v.Units.Any(unit => unit.Lifts == halt.Failed) ? null : halt;
        foreach (var grant in v.Book.Stops)
        {
            if (v.Find(grant.Unit) is { Failure: { } failure } && failure.Number == grant.Number)
                return new RollHalt(grant, failure.Reason);
        }

        return null;
    }
}
