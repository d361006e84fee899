namespace Cassandra.Charm.Core.Rings;

/// <summary>How many nodes may be down for turns at a time.</summary>
public enum TurnScope
{
    /// <summary>One of the ring.</summary>
    Node,

    /// <summary>Those of one rack: where each rack holds a replica of everything.</summary>
    Rack,
}

/// <summary>All that the rules of the ring rest on, as one unit sees it in one hook.</summary>
public sealed record RingView
{
    /// <summary>This unit, and what it says of itself.</summary>
    public required RingUnit Self { get; init; }

    /// <summary>The other units as far as they were seen, by name. What they say may be old.</summary>
    public required IReadOnlyDictionary<string, RingUnit> Peers { get; init; }

    /// <summary>The units that the application has now, by <c>goal-state</c>; who is not in it is gone for good.</summary>
    public required IReadOnlySet<string> Existing { get; init; }

    /// <summary>The units that <c>volume-map</c> names.</summary>
    public IReadOnlyCollection<string> Mapped { get; init; } = [];

    /// <summary>The application's bag. For a leader as it is, for others as it was last seen.</summary>
    public required RingBook Book { get; init; }

    /// <summary>The ring as this unit's node sees it.</summary>
    public required RingHealth Health { get; init; }

    /// <summary>The option.</summary>
    public TurnScope Scope { get; init; }

    /// <summary>All units that were seen, in the order of their numbers.</summary>
    public IEnumerable<RingUnit> Units => Peers.Values.Append(Self).OrderBy(unit => Number(unit.Unit));

    /// <summary>A unit that was seen; null where it was not.</summary>
    public RingUnit? Find(string unit) => unit == Self.Unit ? Self : Peers.GetValueOrDefault(unit);

    /// <summary>A unit's number.</summary>
    internal static int Number(string unit) =>
        int.Parse(unit.AsSpan(unit.IndexOf('/', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture);
}
