namespace Cassandra.Charm.Core.Rings;

/// <summary>
/// In what order nodes start that do not run, and by which others they find the ring. Data goes first: were a node that
/// holds nothing to start before it, there would be two rings, and the data would be in the one that nobody asks.
/// </summary>
public static class Founding
{
    private const int MostSeeds = 3;

    /// <summary>What the leader writes: who may start from now on, and the seeds.</summary>
    internal static RingBook Lead(RingView v)
    {
        var next = v.Book.Start is null
            ? InOrder(v).FirstOrDefault(unit => Turns.Waits(unit, TurnKind.Start, v) && WhyNotStart(unit, v) is null)
            : null;
        var founds = next is { Holds: DataReport.Empty } && !v.Units.Any(unit => IsAnchor(unit, v));
        return v.Book with
        {
            Start = next is null ? v.Book.Start : new Grant(next.Unit, next.Request!.Number),
            Seeds = founds ? [next!.Unit] : Seeds(v),
        };
    }

    /// <summary>Why a node must not be started now although no other starts; null where it may.</summary>
    public static string? WhyNotStart(RingUnit unit, RingView v) => unit.Holds switch
    {
        DataReport.Data => null,
        DataReport.Unknown => $"{unit.Unit} has not said yet what its volume holds",
        _ => WhyNotJoin(unit, v),
    };

    private static string? WhyNotJoin(RingUnit unit, RingView v)
    {
        if (v.Mapped.FirstOrDefault(name => v.Find(name) is null or { Holds: DataReport.Unknown }) is { } silent)
            return $"{silent} is in volume-map and has not said yet what its volume holds";
        if (v.Units.FirstOrDefault(other => other is { Holds: DataReport.Data, IsServing: false } && v.Existing.Contains(other.Unit)) is { } first)
            return $"{first.Unit} holds data and is to serve first";
        return v.Book.Seeds.FirstOrDefault(v.Existing.Contains) is { } founder && founder != unit.Unit && !v.Units.Any(other => IsAnchor(other, v))
            ? $"{founder} founds the ring and is to serve first"
            : null;
    }

    /// <summary>Those that hold data first, each kind by its numbers; the one that founds before others that hold nothing.</summary>
    private static IEnumerable<RingUnit> InOrder(RingView v) =>
        v.Units.OrderBy(unit => unit.Holds == DataReport.Data ? 0 : 1);

    /// <summary>By its node others can find the ring: it serves, or has the data that it will serve.</summary>
    private static bool IsAnchor(RingUnit unit, RingView v) =>
        v.Existing.Contains(unit.Unit) && (unit.IsServing || unit.Holds == DataReport.Data);

    /// <summary>Those that were, where they exist; up to three, of as many racks as can be.</summary>
    private static List<string> Seeds(RingView v)
    {
        var seeds = v.Book.Seeds.Where(v.Existing.Contains).ToList();
        var others = v.Units.Where(unit => IsAnchor(unit, v) && !seeds.Contains(unit.Unit)).ToList();
        while (seeds.Count < MostSeeds && others.MinBy(unit => seeds.Count(seed => v.Find(seed)?.Rack == unit.Rack)) is { } next)
        {
            seeds.Add(next.Unit);
            others.Remove(next);
        }

        return seeds;
    }
}
