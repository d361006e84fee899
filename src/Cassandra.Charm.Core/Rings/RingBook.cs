namespace Cassandra.Charm.Core.Rings;

/// <summary>A turn that was granted: it is out until its unit says that this number is over, or the unit is gone.</summary>
/// <param name="Unit">To whom.</param>
/// <param name="Number">Which of its requests.</param>
public sealed record Grant(string Unit, long Number);

/// <summary>The roll stands still until an operator lifts it.</summary>
/// <param name="Failed">The turn that failed.</param>
/// <param name="Reason">How.</param>
public sealed record RollHalt(Grant Failed, string Reason);

/// <summary>
/// What the application says of the ring in its bag of the peer relation. Only the leader writes it, and reads it anew in
/// the hook in which it writes: so one leader's grants are never unknown to the next.
/// </summary>
public sealed record RingBook
{
    /// <summary>Before anything was said.</summary>
    public static RingBook Empty { get; } = new();

    /// <summary>Turns to stop that are out. More than one only where whole racks take turns, and then all of one rack.</summary>
    public IReadOnlyList<Grant> Stops { get; init; } = [];

    /// <summary>The turn to start that is out; null where none is.</summary>
    public Grant? Start { get; init; }

    /// <summary>The unit that had the last turn to stop; its successors in number come next. Empty before the first.</summary>
    public string Last { get; init; } = "";

    /// <summary>Why no turn to stop is granted; null where the roll goes on.</summary>
    public RollHalt? Halt { get; init; }

    /// <summary>
    /// The units by whose nodes a node finds the ring; where they are, they say themselves. One that holds nothing is
    /// among them only where nobody holds anything: it founds the ring.
    /// </summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];

    /// <summary>Equal where it says the same.</summary>
    public bool Equals(RingBook? other) => other is not null
        && Stops.SequenceEqual(other.Stops) && Start == other.Start && Last == other.Last && Halt == other.Halt
        && Seeds.SequenceEqual(other.Seeds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Stops.Count, Start, Last, Halt, Seeds.Count);
}
