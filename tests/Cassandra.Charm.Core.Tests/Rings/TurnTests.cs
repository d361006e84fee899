using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Tests.Rings;

/// <summary>Who has a turn to stop, and what keeps the others waiting.</summary>
public sealed class TurnTests
{
    [Fact]
    public void They_go_in_the_order_of_their_numbers_from_the_last_one_on()
    {
        var v = Ring(5);

        Assert.Equal(new Grant("cassandra/0", 1), Turns.Lead(Wanting(v, 0, 2, 4)).Stops.Single());
        Assert.Equal("cassandra/4", Turns.Lead(Wanting(v with { Book = v.Book with { Last = "cassandra/2" } }, 0, 2, 4)).Stops.Single().Unit);
        Assert.Equal("cassandra/0", Turns.Lead(Wanting(v with { Book = v.Book with { Last = "cassandra/4" } }, 0, 2, 4)).Stops.Single().Unit);
    }

    [Fact]
    public void A_turn_is_out_until_its_unit_says_so_or_is_gone_from_the_application()
    {
        var v = Wanting(Ring(3), 1, 2);
        v = v with { Book = Turns.Lead(v) };

        Assert.Equal("cassandra/1", Turns.Lead(v).Stops.Single().Unit);
        // What nobody has seen yet of a unit that exists may be anything.
        Assert.Equal("cassandra/1", Turns.Lead(v with { Peers = Without(v, "cassandra/1") }).Stops.Single().Unit);
        Assert.Equal("cassandra/2", Turns.Lead(Saying(v, "cassandra/1", u => u with { Request = null, Done = 1 })).Stops.Single().Unit);
        Assert.Equal("cassandra/2", Turns.Lead(v with { Existing = v.Existing.Where(name => name != "cassandra/1").ToHashSet() }).Stops.Single().Unit);
    }

    [Fact]
    public void Whole_racks_go_together_and_only_one_of_them()
    {
        var v = Wanting(Ring(6, racks: 2), 0, 1, 2, 3) with { Scope = TurnScope.Rack };

        for (var hook = 0; hook < 5; hook++)
            v = v with { Book = Turns.Lead(v) };

        Assert.Equal(["cassandra/0", "cassandra/2"], v.Book.Stops.Select(grant => grant.Unit));
    }

    [Theory]
    [InlineData("unknown", "nodetool does not answer")]
    [InlineData("streaming", "data is being streamed")]
    [InlineData("joining", "cassandra/2 is joining, leaving or moving")]
    [InlineData("down", "cassandra/2 is down")]
    [InlineData("stranger down", "is down")]
    [InlineData("missing", "cassandra/2 is not in the ring")]
    [InlineData("itself down", null)]
    [InlineData("well", null)]
    public void Nobody_goes_while_others_are_not_well(string world, string? why)
    {
        var v = Wanting(Ring(3), 1);
        var seen = (RingHealth.Seen)v.Health;
        RingHealth With(string unit, Func<RingNode, RingNode?> change) =>
            seen with { Nodes = [.. seen.Nodes.Select(node => node.HostId == v.Find(unit)!.HostId ? change(node) : node).OfType<RingNode>()] };
        v = v with
        {
            Health = world switch
            {
                "unknown" => new RingHealth.Unknown("nodetool does not answer"),
                "streaming" => seen with { IsStreaming = true },
                "joining" => With("cassandra/2", node => node with { IsNormal = false }),
                "down" => With("cassandra/2", node => node with { IsUp = false }),
                "stranger down" => seen with { Nodes = [.. seen.Nodes, new RingNode(Guid.NewGuid(), "10.0.0.9", IsUp: false, IsNormal: true)] },
                "missing" => With("cassandra/2", _ => null),
                "itself down" => With("cassandra/1", node => node with { IsUp = false }),
                _ => seen,
            },
        };

        var told = Turns.WhyNotStop(v.Find("cassandra/1")!, v);

        Assert.Equal(why is null, told is null);
        Assert.Contains(why ?? "", told ?? "", StringComparison.Ordinal);
        Assert.Equal(why is null ? 1 : 0, Turns.Lead(v).Stops.Count);
    }

    [Fact]
    public void A_turn_that_failed_halts_the_roll_until_exactly_that_is_lifted()
    {
        var v = Wanting(Ring(3), 1, 2);
        v = v with { Book = Turns.Lead(v) };
        v = Saying(v, "cassandra/1", u => u with { Request = null, Done = 1, Failure = new TurnFailure(1, "it died") });

        v = v with { Book = Turns.Lead(v) };

        Assert.Equal((new RollHalt(new Grant("cassandra/1", 1), "it died"), 0), (v.Book.Halt, v.Book.Stops.Count));
        Assert.Empty(Turns.Lead(v).Stops);
        Assert.Empty(Turns.Lead(Saying(v, "cassandra/2", u => u with { Lifts = new Grant("cassandra/1", 7) })).Stops);
        Assert.IsType<TurnStanding.Halted>(TurnLedger.Standing(v with { Self = v.Find("cassandra/2")!, Peers = Without(v, "cassandra/2") }));
        var lifted = Turns.Lead(Saying(v, "cassandra/2", u => u with { Lifts = new Grant("cassandra/1", 1) }));
        Assert.Equal((null, "cassandra/2"), (lifted.Halt, lifted.Stops.Single().Unit));
    }

    [Fact]
    public void A_unit_that_lost_its_account_never_uses_a_number_again_and_has_no_turn()
    {
        var said = new RingUnit { Unit = "cassandra/1", Done = 4, Request = new TurnRequest(5, TurnKind.Stop, "") };
        var book = RingBook.Empty with { Stops = [new Grant("cassandra/1", 6)] };

        var ledger = TurnLedger.New.After(said, book);

        Assert.Equal((6, 6), (ledger.Number, ledger.Done));
        Assert.Equal(7, ledger.Ask(TurnKind.Start, "").Open!.Number);
    }

    internal static RingView Ring(int count, int racks = 1)
    {
        var units = Enumerable.Range(0, count)
            .Select(n => new RingUnit { Unit = $"cassandra/{n}", Address = $"10.0.0.{n}", Rack = $"rack{n % racks}", HostId = Guid.NewGuid(), Holds = DataReport.Data, IsServing = true })
            .ToList();
        return new RingView
        {
            Self = units[0],
            Peers = units.Skip(1).ToDictionary(unit => unit.Unit),
            Existing = units.Select(unit => unit.Unit).ToHashSet(),
            Book = RingBook.Empty,
            Health = new RingHealth.Seen([.. units.Select(unit => new RingNode(unit.HostId!.Value, unit.Address, IsUp: true, IsNormal: true))], IsStreaming: false),
        };
    }

    internal static RingView Saying(RingView v, string unit, Func<RingUnit, RingUnit> what) => v.Self.Unit == unit
        ? v with { Self = what(v.Self) }
        : v with { Peers = v.Peers.ToDictionary(pair => pair.Key, pair => pair.Key == unit ? what(pair.Value) : pair.Value) };

    internal static Dictionary<string, RingUnit> Without(RingView v, string unit) =>
        v.Units.Where(other => other.Unit != unit && other.Unit != v.Self.Unit).ToDictionary(other => other.Unit);

    private static RingView Wanting(RingView v, params int[] numbers) => numbers.Aggregate(v, (view, n) =>
        Saying(view, $"cassandra/{n}", u => u with { Request = new TurnRequest(1, TurnKind.Stop, "to switch to vol-1") }));
}
