using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Rings;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>A unit among others: what serves is not stopped, and what does not is not started, before its turn.</summary>
public sealed class TurnLifeTests
{
    private static readonly TurnStanding Others = new TurnStanding.Waits("cassandra/7 has its turn");

    [Fact]
    public async Task Nothing_is_started_before_its_turn()
    {
        var machine = ModelMachine.Fresh();
        machine.Turn = Others;

        Assert.Equal("turn to start: cassandra/7 has its turn; Cassandra has not been started", (await machine.SettleAsync())?.Message);
        Assert.Equal((0, TurnKind.Start), (machine.Starts, machine.Asked));
        machine.Turn = new TurnStanding.Goes();
        Assert.StartsWith("serving from the root disk", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        Assert.Equal((null, ""), (machine.Asked, machine.TurnsOver.Single()));
    }

    [Fact]
    public async Task A_node_serves_on_until_its_turn_to_switch_has_come()
    {
        var machine = await MovingAsync(Others);

        Assert.Equal("turn to switch to vol-a: cassandra/7 has its turn; still serving from the root disk", (await machine.SettleAsync())?.Message);
        Assert.Equal((true, TurnKind.Stop), (machine.IsRunning, machine.Asked));
        machine.Turn = new TurnStanding.Goes();
        Assert.StartsWith("serving from vol-a", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        Assert.Null(machine.Asked);
        MachineLifeTests.NothingIsLost(machine);
    }

    [Fact]
    public async Task A_turn_that_is_not_wanted_any_more_is_given_back()
    {
        var machine = await MovingAsync(Others);
        await machine.SettleAsync();
        machine.Assignment = new Assignment.RootDisk();

        await machine.SettleAsync();

        Assert.Null(machine.Asked);
        Assert.All(machine.TurnsOver, how => Assert.Equal("", how));
    }

    [Fact]
    public async Task While_the_roll_has_halted_the_status_says_whose_turn_failed()
    {
        var machine = await MovingAsync(new TurnStanding.Halted(new RollHalt(new Grant("cassandra/7", 3), "it died")));

        var halted = await machine.SettleAsync();

        Assert.Equal("turn to switch to vol-a: nobody goes on, as the turn of cassandra/7 failed (it died); still serving from the root disk; "
            + "look at that unit, then run the action resume-roll", halted?.Message);
        Assert.True(machine.IsRunning);
    }

    [Fact]
    public async Task Data_is_adopted_by_a_node_that_serves_in_its_turn_only()
    {
        var machine = await MachineLifeTests.OrderedToAdoptAsync("vol-1");
        (machine.Assignment, machine.Turn) = (MachineLifeTests.MapTo("vol-1"), Others);

        Assert.StartsWith("turn to serve from vol-1: cassandra/7 has its turn; still serving from ", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        Assert.True(machine.IsRunning);
        machine.Turn = new TurnStanding.Goes();
        Assert.StartsWith("serving from vol-1", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        Assert.Null(machine.Asked);
    }

    [Fact]
    public async Task A_switch_that_fails_halts_the_others()
    {
        var machine = await MovingAsync(new TurnStanding.Goes());
        machine.DiesOn.Add("vol-a");

        await machine.SettleAsync();

        Assert.Contains(machine.TurnsOver, how => how.Length > 0);
        Assert.True(machine.IsRunning);
    }

    [Fact]
    public async Task A_unit_that_goes_waits_for_nobody()
    {
        var machine = await MovingAsync(Others);
        machine.Occasion = Occasion.Stop;

        await machine.SettleAsync();

        Assert.False(machine.IsRunning);
        Assert.Null(machine.Current.Undertaking as Undertaking.Moving);
    }

    private static async Task<ModelMachine> MovingAsync(TurnStanding turn)
    {
        var machine = await MachineLifeTests.ServingFromRootAsync();
        machine.TurnsOver.Clear();
        machine.Turn = turn;
        machine.Disks["vol-a"] = new ModelDisk("vol-a");
        machine.Assignment = MachineLifeTests.MapTo("vol-a");
        return machine;
    }
}
