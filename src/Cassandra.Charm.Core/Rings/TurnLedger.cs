using System.Text.Json.Serialization;

namespace Cassandra.Charm.Core.Rings;

/// <summary>How it stands with a unit's own turn.</summary>
public abstract record TurnStanding
{
    private TurnStanding() { }

    /// <summary>It has it, and nothing speaks against going now.</summary>
    public sealed record Goes : TurnStanding;

    /// <summary>It waits.</summary>
    /// <param name="For">What for, for the status line: <c>cassandra/0 has its turn</c>.</param>
    public sealed record Waits(string For) : TurnStanding;

    /// <summary>It has it, and others come first by now: it is given back and asked for anew.</summary>
    /// <param name="For">What it waits for then.</param>
    public sealed record HandsBack(string For) : TurnStanding;

    /// <summary>Nobody goes until an operator lifts it.</summary>
    /// <param name="Halt">What failed.</param>
    public sealed record Halted(RollHalt Halt) : TurnStanding;
}

/// <summary>
/// A unit's own account of its turns, kept on its machine before it is said to others: what was said is never taken back,
/// and no number is used twice, whatever dies in between.
/// </summary>
/// <param name="Number">Of the last request; 0 before the first.</param>
/// <param name="Open">The request that is not over; null where none.</param>
/// <param name="Failure">How the last turn that failed ended; null where none did.</param>
public sealed record TurnLedger(long Number, TurnRequest? Open, TurnFailure? Failure)
{
    /// <summary>Before the first.</summary>
    public static TurnLedger New { get; } = new(0, null, null);

    /// <summary>The last number that is over.</summary>
    [JsonIgnore]
    public long Done => Open is null ? Number : Number - 1;

    /// <summary>With an open request of this kind. One that is open already for the same purpose stays.</summary>
    public TurnLedger Ask(TurnKind kind, string why) =>
        Open?.Kind == kind ? this with { Open = Open with { Why = why } }
        : new TurnLedger(Number + 1, new TurnRequest(Number + 1, kind, why), Failure);

    /// <summary>Its turn is over, or not wanted any more.</summary>
    public TurnLedger End() => this with { Open = null };

    /// <summary>Its turn went wrong: all who wait stop until an operator has looked.</summary>
    public TurnLedger Fail(string reason) => Open is null ? this : this with { Open = null, Failure = new TurnFailure(Number, reason) };

    /// <summary>
    /// After the machine's own account was lost: beyond whatever was said in this unit's name. What was granted to it
    /// then is over, for the unit that had it is no more.
    /// </summary>
    public TurnLedger After(RingUnit? said, RingBook book)
    {
        var granted = book.Stops.Append(book.Start).OfType<Grant>().Where(grant => grant.Unit == said?.Unit).Select(grant => grant.Number);
        var last = granted.Append(said?.Done ?? 0).Append(said?.Request?.Number ?? 0).Max();
        return last > Number ? new TurnLedger(last, null, Failure) : this;
    }

    /// <summary>How it stands with the open request.</summary>
    public static TurnStanding Standing(RingView v)
    {
        var self = v.Self;
        if (Turns.Has(self, v.Book))
            return self.Request!.Kind switch
            {
                TurnKind.Stop => Turns.WhyNotStop(self, v) is { } why ? new TurnStanding.Waits(why) : new TurnStanding.Goes(),
                // Whoever comes first needs the same turn to start.
                _ => Founding.WhyNotStart(self, v) is { } why ? new TurnStanding.HandsBack(why) : new TurnStanding.Goes(),
            };
        if (self.Request is { Kind: TurnKind.Stop } && v.Book.Halt is { } halt)
            return new TurnStanding.Halted(halt);
        return new TurnStanding.Waits(Before(self, v));
    }

    private static string Before(RingUnit self, RingView v)
    {
        var starts = self.Request?.Kind == TurnKind.Start;
        if (starts && Founding.WhyNotStart(self, v) is { } first)
            return first;
        var grants = starts ? [v.Book.Start] : v.Book.Stops.Append(v.Book.Start);
        return grants.OfType<Grant>().FirstOrDefault(grant => grant.Unit != self.Unit && Turns.IsOut(grant, v)) is { } other
            ? $"{other.Unit} has its turn"
            : (starts ? null : Turns.WhyNotStop(self, v)) ?? "the leader is to grant it";
    }
}
