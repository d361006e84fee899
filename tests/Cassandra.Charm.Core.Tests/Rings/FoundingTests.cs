using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Tests.Rings;

/// <summary>In what order nodes start, and who founds the ring.</summary>
public sealed class FoundingTests
{
    [Fact]
    public void Nobody_who_holds_nothing_starts_before_every_mapped_unit_has_told_what_it_holds()
    {
        var v = New(DataReport.Empty, DataReport.Unknown, DataReport.Empty);

        Assert.Null(Turns.Lead(v).Start);
        Assert.Equal("cassandra/1 is in volume-map and has not said yet what its volume holds", Founding.WhyNotStart(v.Self, v));
        Assert.Equal("cassandra/9 is in volume-map and has not said yet what its volume holds",
            Founding.WhyNotStart(v.Self, New(DataReport.Empty) with { Mapped = ["cassandra/0", "cassandra/9"] }));
    }

    [Fact]
    public void Where_nobody_holds_anything_the_first_founds_and_the_others_join_it_one_after_the_other()
    {
        var v = New(DataReport.Empty, DataReport.Empty, DataReport.Empty);

        v = Lead(v);
        Assert.Equal((new Grant("cassandra/0", 1), "cassandra/0"), (v.Book.Start, v.Book.Seeds.Single()));
        v = Lead(v);
        Assert.Equal(new Grant("cassandra/0", 1), v.Book.Start);
        // It could not be started this time; nobody else may found another ring meanwhile.
        var failed = Lead(TurnTests.Saying(v, "cassandra/0", u => u with { Request = null, Done = 1 }));
        Assert.Null(failed.Book.Start);
        Assert.Equal("cassandra/0 founds the ring and is to serve first", Founding.WhyNotStart(failed.Find("cassandra/1")!, failed));
        v = Lead(TurnTests.Saying(v, "cassandra/0", u => u with { Request = null, Done = 1, Holds = DataReport.Data, IsServing = true, HostId = Guid.NewGuid() }));
        Assert.Equal((new Grant("cassandra/1", 1), "cassandra/0"), (v.Book.Start, v.Book.Seeds.Single()));
    }

    [Fact]
    public void A_founder_that_is_gone_before_it_served_is_followed_by_another()
    {
        var v = Lead(New(DataReport.Empty, DataReport.Empty));

        v = Lead(v with { Self = v.Find("cassandra/1")!, Peers = new Dictionary<string, RingUnit>(), Existing = new HashSet<string> { "cassandra/1" }, Mapped = [] });

        Assert.Equal((new Grant("cassandra/1", 1), "cassandra/1"), (v.Book.Start, v.Book.Seeds.Single()));
    }

    [Fact]
    public void Those_that_hold_data_start_first_and_are_the_seeds()
    {
        var v = Lead(New(DataReport.Empty, DataReport.Data, DataReport.Data));

        Assert.Equal(new Grant("cassandra/1", 1), v.Book.Start);
        Assert.Equal(["cassandra/1", "cassandra/2"], v.Book.Seeds);
        v = Lead(TurnTests.Saying(v, "cassandra/1", u => u with { Request = null, Done = 1, IsServing = true }));
        Assert.Equal(new Grant("cassandra/2", 1), v.Book.Start);
        Assert.Equal("cassandra/2 holds data and is to serve first", Founding.WhyNotStart(v.Self, v));
        v = Lead(TurnTests.Saying(v, "cassandra/2", u => u with { Request = null, Done = 1, IsServing = true }));
        Assert.Equal(new Grant("cassandra/0", 1), v.Book.Start);
        Assert.DoesNotContain("cassandra/0", v.Book.Seeds);
    }

    [Fact]
    public void One_that_holds_data_waits_for_nobody_and_one_that_was_granted_gives_way_to_it()
    {
        var v = New(DataReport.Data, DataReport.Unknown);
        Assert.Equal(new Grant("cassandra/0", 1), Turns.Lead(v).Start);

        var granted = Lead(New(DataReport.Empty, DataReport.Empty));
        granted = TurnTests.Saying(granted, "cassandra/1", u => u with { Holds = DataReport.Data });
        Assert.IsType<TurnStanding.HandsBack>(TurnLedger.Standing(granted));
    }

    [Fact]
    public void Seeds_are_of_different_racks_where_there_are_any_and_at_most_three()
    {
        var v = TurnTests.Ring(6, racks: 3);

        Assert.Equal(["cassandra/0", "cassandra/1", "cassandra/2"], Turns.Lead(v).Seeds);
        v = TurnTests.Saying(TurnTests.Saying(TurnTests.Ring(4), "cassandra/2", u => u with { Rack = "b" }), "cassandra/3", u => u with { Rack = "c" });
        Assert.Equal(["cassandra/0", "cassandra/2", "cassandra/3"], Turns.Lead(v).Seeds);
    }

    private static RingView Lead(RingView v) => v with { Book = Turns.Lead(v) };

    private static RingView New(params DataReport[] holds)
    {
        var units = holds.Select((what, n) => new RingUnit
        {
            Unit = $"cassandra/{n}",
            Address = $"10.0.0.{n}",
            Holds = what,
            Request = new TurnRequest(1, TurnKind.Start, "to start"),
        }).ToList();
        return new RingView
        {
            Self = units[0],
            Peers = units.Skip(1).ToDictionary(unit => unit.Unit),
            Existing = units.Select(unit => unit.Unit).ToHashSet(),
            Mapped = [.. units.Select(unit => unit.Unit)],
            Book = RingBook.Empty,
            Health = new RingHealth.Unknown("its node does not run"),
        };
    }
}
