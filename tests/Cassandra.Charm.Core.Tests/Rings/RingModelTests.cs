using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Tests.Rings;

/// <summary>
/// Whatever Juju does with its events, its leaders and its units: never two holders of a turn, one ring, and in the end
/// everybody has been served.
/// </summary>
public sealed class RingModelTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("CASSANDRA_TESTS_LONG") == "1";

    [Theory]
    [InlineData(TurnScope.Node, false)]
    [InlineData(TurnScope.Node, true)]
    [InlineData(TurnScope.Rack, false)]
    [InlineData(TurnScope.Rack, true)]
    public void Whatever_happens_in_between_all_are_served_and_never_two_at_a_time(TurnScope scope, bool lies)
    {
        var schedules = IsLong ? 50_000 : 2_500;
        var hooks = 0L;
        for (var seed = 1; seed <= schedules; seed++)
        {
            try
            {
                hooks += Live(seed, scope, lies);
            }
            catch (Xunit.Sdk.XunitException failure)
            {
                Assert.Fail($"seed {seed}: {failure.Message}");
            }
        }

        Console.WriteLine($"ring model: turns by {scope}, {(lies ? "with nodes that see nothing" : "with nodes that see")}: {schedules} schedules, {hooks} hooks");
    }

    [Fact]
    public void A_thousand_units_write_a_few_times_each()
    {
        const int Count = 1000;
        var ring = new ModelRing(Count, racks: 3, new Random(1));
        Settle(ring);
        var founding = (ring.UnitWrites, ring.BookWrites, ring.Hooks);
        foreach (var unit in ring.Units)
            unit.Wishes = 1;

        Settle(ring);

        var (unitWrites, bookWrites) = (ring.UnitWrites - founding.UnitWrites, ring.BookWrites - founding.BookWrites);
        Console.WriteLine($"ring model: {Count} units found a ring with {founding.UnitWrites + founding.BookWrites} writes; a roll through all "
            + $"takes {unitWrites} writes of units and {bookWrites} of leaders, which Juju tells to {Count - 1} others each: "
            + $"{(unitWrites + bookWrites) * (Count - 1)} hooks at most");
        Assert.InRange(founding.UnitWrites + founding.BookWrites, Count, 6 * Count);
        Assert.InRange(unitWrites + bookWrites, Count, 6 * Count);
    }

    /// <summary>A ring founded in trouble, rolled through in trouble; and then it is quiet.</summary>
    private static long Live(int seed, TurnScope scope, bool lies)
    {
        var random = new Random(seed);
        var count = random.Next(1, 8);
        var ring = new ModelRing(count, racks: random.Next(1, 4), random) { Scope = scope, Lies = lies, HasMap = random.Next(4) > 0, Trouble = random.Next(4) * 60 };
        foreach (var unit in ring.Units)
            unit.Holds = random.Next(3) == 0 && ring.HasMap ? DataReport.Data : DataReport.Empty;
        Shake(ring, random, steps: random.Next(40 * count));
        foreach (var unit in ring.Units)
            (unit.Wishes, unit.Fails) = (random.Next(3), random.Next(10) == 0);
        Shake(ring, random, steps: random.Next(60 * count));
        ring.Trouble = 0;
        foreach (var dead in ring.Units.Where(unit => unit is { Exists: true, IsAlive: false }).ToList())
            ring.Remove(dead);
        Settle(ring);
        Assert.All(ring.Living, unit => Assert.Equal((ModelNode.Up, 0, 0), (unit.Node, unit.Wishes, unit.News.Count)));
        return ring.Hooks;
    }

    private static void Shake(ModelRing ring, Random random, int steps)
    {
        for (var step = 0; step < steps && ring.Living.Any(); step++)
        {
            var living = ring.Living.ToList();
            var unit = living[random.Next(living.Count)];
            switch (random.Next(200))
            {
                case 0:
                    ring.Kill(unit);
                    break;
                case 1:
                    ring.Remove(unit);
                    break;
                case 2:
                    ModelRing.Forget(unit);
                    break;
                case < 8:
                    ring.MoveLeadership();
                    break;
                case < 12 when unit.Node == ModelNode.Up && !unit.IsInTurn:
                    unit.Node = ModelNode.Down; // it falls over
                    break;
                default:
                    ring.Hook(unit, tellsAll: false);
                    break;
            }
        }
    }

    /// <summary>Hooks in turn until nobody has anything left to say; an operator lifts what has halted.</summary>
    private static void Settle(ModelRing ring)
    {
        var rounds = 60 * ring.Units.Count + 60;
        for (var quiet = 0; quiet < 2 && ring.Living.Any(); rounds--)
        {
            Assert.True(rounds > 0, "it does not come to rest");
            var before = (ring.UnitWrites, ring.BookWrites);
            foreach (var unit in ring.Living.ToList())
            {
                if (ring.Book.Halt is { } halt)
                    unit.Lifts = halt.Failed;
                ring.Hook(unit, tellsAll: true);
            }

            quiet = before == (ring.UnitWrites, ring.BookWrites) ? quiet + 1 : 0;
        }
    }
}
