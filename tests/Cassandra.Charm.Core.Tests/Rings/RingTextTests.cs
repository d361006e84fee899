using Cassandra.Charm.Core.Rings;
using CsCheck;

namespace Cassandra.Charm.Core.Tests.Rings;

/// <summary>What is said is what is read; and whatever stands in a bag, nobody falls over it.</summary>
public sealed class RingTextTests
{
    private static readonly Gen<string> UnitName = Gen.Int[0, 2000].Select(n => $"cassandra/{n}");
    private static readonly Gen<string> Words = Gen.String[Gen.Char["ab: /\n#ü\""], 0, 12];
    private static readonly Gen<Grant> AGrant = Gen.Select(UnitName, Gen.Long[1, long.MaxValue], (unit, number) => new Grant(unit, number));

    private static readonly Gen<RingUnit> AUnit =
        from name in UnitName
        from rack in Words
        from host in Gen.Guid.Nullable()
        from holds in Gen.Enum<DataReport>()
        from serves in Gen.Bool
        from wish in Gen.Select(Gen.Long[1, 99], Gen.Enum<TurnKind>(), Words, (n, kind, why) => new TurnRequest(n, kind, why)).Null()
        from done in Gen.Long[0, 99]
        from failure in Gen.Select(Gen.Long[1, 99], Words, (n, why) => new TurnFailure(n, why)).Null()
        from lifts in AGrant.Null()
        select new RingUnit
        {
            Unit = name,
            Address = "10.0.0.1",
            Rack = rack,
            HostId = host,
            Holds = holds,
            IsServing = serves,
            Request = wish,
            Done = done,
            Failure = failure,
            Lifts = lifts,
        };

    private static readonly Gen<RingBook> ABook =
        from stops in AGrant.List[0, 4]
        from start in AGrant.Null()
        from last in Gen.OneOf(UnitName, Gen.Const(""))
        from halt in Gen.Select(AGrant, Words, (of, why) => new RollHalt(of, why)).Null()
        from seeds in UnitName.List[0, 3]
        select new RingBook { Stops = stops, Start = start, Last = last, Halt = halt, Seeds = seeds };

    [Fact]
    public void What_a_unit_says_is_what_is_read() => AUnit.Sample(unit => Assert.Equal(unit, RingText.Unit(unit.Unit, InBag(RingText.Of(unit)))));

    [Fact]
    public void What_the_application_says_is_what_is_read() => ABook.Sample(book => Assert.Equal(book, RingText.Book(InBag(RingText.Of(book)))));

    [Fact]
    public void Whatever_else_is_in_a_bag_is_not_said() => Gen.Select(AUnit, ABook, Words).Sample((unit, book, text) =>
    {
        foreach (var word in RingText.Of(unit).Keys)
            Assert.Equal(unit.Unit, RingText.Unit(unit.Unit, new Dictionary<string, string>(InBag(RingText.Of(unit))) { [word] = text }).Unit);
        foreach (var word in RingText.Of(book).Keys)
            _ = RingText.Book(new Dictionary<string, string>(InBag(RingText.Of(book))) { [word] = text });
    });

    [Theory]
    [InlineData("turns-to-stop", "cassandra/1:1 what")]
    [InlineData("turn-to-start", "cassandra/1")]
    [InlineData("halt", "it fell over")]
    [InlineData("seeds", "10.0.0.1")]
    public void A_book_that_cannot_be_read_is_not_an_empty_one(string word, string text) =>
        Assert.Null(RingText.Book(new Dictionary<string, string> { [word] = text }));

    // Juju drops what is empty.
    private static Dictionary<string, string> InBag(IReadOnlyDictionary<string, string> said) =>
        said.Where(pair => pair.Value.Length > 0).ToDictionary(pair => pair.Key, pair => pair.Value);
}
