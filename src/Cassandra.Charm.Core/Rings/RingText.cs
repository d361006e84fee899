using System.Globalization;

namespace Cassandra.Charm.Core.Rings;

/// <summary>
/// The bags of the peer relation as Juju keeps them: words to texts. What cannot be read, as another version may have
/// written it, counts as not said.
/// </summary>
public static class RingText
{
    private const char Between = ' ';

    /// <summary>What a unit says of itself. A word with an empty text is taken out of the bag.</summary>
    public static IReadOnlyDictionary<string, string> Of(RingUnit unit) => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["address"] = unit.Address,
        ["rack"] = unit.Rack,
        ["host-id"] = unit.HostId?.ToString() ?? "",
        ["holds"] = unit.Holds switch { DataReport.Unknown => "", DataReport.Empty => "nothing", DataReport.Data => "data" },
        ["serving"] = unit.IsServing ? "yes" : "",
        ["turn-wanted"] = unit.Request is { } wish ? $"{Text(wish.Number)} {(wish.Kind == TurnKind.Stop ? "stop" : "start")} {wish.Why}" : "",
        ["turn-over"] = unit.Done > 0 ? Text(unit.Done) : "",
        ["turn-failed"] = unit.Failure is { } failure ? $"{Text(failure.Number)} {failure.Reason}" : "",
        ["halt-lifted"] = unit.Lifts is { } lifts ? Text(lifts) : "",
    };

    /// <summary>What a unit has said of itself.</summary>
    public static RingUnit Unit(string name, IReadOnlyDictionary<string, string> bag) => new()
    {
        Unit = name,
        Address = Word(bag, "address"),
        Rack = Word(bag, "rack"),
        HostId = Guid.TryParseExact(Word(bag, "host-id"), "D", out var id) ? id : null,
        Holds = Word(bag, "holds") switch { "nothing" => DataReport.Empty, "data" => DataReport.Data, _ => DataReport.Unknown },
        IsServing = Word(bag, "serving") == "yes",
        Request = Word(bag, "turn-wanted").Split(Between, 3) is [var number, "stop" or "start", var why] parts && Number(number) is { } wanted
            ? new TurnRequest(wanted, parts[1] == "stop" ? TurnKind.Stop : TurnKind.Start, why)
            : null,
        Done = Number(Word(bag, "turn-over")) ?? 0,
        Failure = Word(bag, "turn-failed").Split(Between, 2) is [var of, var reason] && Number(of) is { } failed ? new TurnFailure(failed, reason) : null,
        Lifts = Grant(Word(bag, "halt-lifted")),
    };

    /// <summary>What the application says of the ring.</summary>
    public static IReadOnlyDictionary<string, string> Of(RingBook book) => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["turns-to-stop"] = string.Join(Between, book.Stops.Select(Text)),
        ["turn-to-start"] = book.Start is { } start ? Text(start) : "",
        ["last-turn"] = book.Last,
        ["halt"] = book.Halt is { } halt ? $"{Text(halt.Failed)} {halt.Reason}" : "",
        ["seeds"] = string.Join(Between, book.Seeds),
    };

    /// <summary>
    /// What the application has said of the ring; null where it cannot be read: then no turn may be granted, as one may
    /// be out already.
    /// </summary>
    public static RingBook? Book(IReadOnlyDictionary<string, string> bag)
    {
        var stops = Words(bag, "turns-to-stop").Select(Grant).ToList();
        var start = Word(bag, "turn-to-start");
        var halt = Word(bag, "halt").Split(Between, 2);
        var halted = halt is [var failed, var reason] && Grant(failed) is { } of ? new RollHalt(of, reason) : null;
        var units = Words(bag, "seeds").Append(Word(bag, "last-turn")).Where(name => name.Length > 0);
        if (stops.Contains(null) || (start.Length > 0 && Grant(start) is null) || (halt[0].Length > 0 && halted is null) || !units.All(name => Volumes.UnitName.IsValid(name)))
            return null;
        return new RingBook
        {
            Stops = [.. stops.OfType<Grant>()],
            Start = Grant(start),
            Last = Word(bag, "last-turn"),
            Halt = halted,
            Seeds = Words(bag, "seeds"),
        };
    }

    private static string Word(IReadOnlyDictionary<string, string> bag, string name) => bag.GetValueOrDefault(name) ?? "";

    private static string[] Words(IReadOnlyDictionary<string, string> bag, string name) =>
        Word(bag, name).Split(Between, StringSplitOptions.RemoveEmptyEntries);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(Grant grant) => $"{grant.Unit}:{Text(grant.Number)}";

    private static Grant? Grant(string text) =>
        text.Split(':') is [var unit, var number] && Volumes.UnitName.IsValid(unit) && Number(number) is { } n ? new Grant(unit, n) : null;

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
