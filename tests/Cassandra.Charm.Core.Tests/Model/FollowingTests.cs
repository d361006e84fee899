using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>A move whose copy follows the node while it serves, and the orders about it.</summary>
public sealed class FollowingTests
{
    private const string Volume = "vol-a";

    [Fact]
    public async Task The_node_serves_while_its_data_is_followed()
    {
        var machine = await FollowingAsync(rounds: 3);

        Assert.True(machine.IsRunning);
        Assert.Null(machine.HoldReason);
        Assert.Equal(MovePhase.Following, Move(machine)?.Phase);
        Assert.StartsWith("copying to vol-a: 50%", machine.Statuses[^1].Message, StringComparison.Ordinal);
        await EndsOnTheVolumeAsync(machine);
    }

    [Fact]
    public async Task A_pause_stops_the_copy_and_the_switch_until_it_is_taken_back()
    {
        var machine = await FollowingAsync(rounds: 1);
        machine.Orders = machine.Orders.With(OrderKind.Pause, Order(machine));

        var paused = await machine.SettleAsync();

        Assert.StartsWith("copying to vol-a: paused since ", paused?.Message, StringComparison.Ordinal);
        Assert.True(machine.IsRunning);
        machine.Orders = machine.Orders.With(OrderKind.Pause, null);
        await EndsOnTheVolumeAsync(machine);
    }

    [Fact]
    public async Task On_hold_nothing_is_copied_until_the_operator_is_done()
    {
        var machine = await FollowingAsync(rounds: 1);
        machine.Orders = machine.Orders.With(OrderKind.Hold, Order(machine));
        var copies = machine.CopiesStopped;

        var held = await machine.SettleAsync();

        Assert.StartsWith("on hold since ", held?.Message, StringComparison.Ordinal);
        Assert.True(machine.CopiesStopped > copies && machine.IsRunning);
        machine.Orders = machine.Orders.With(OrderKind.Hold, null);
        await EndsOnTheVolumeAsync(machine);
    }

    [Fact]
    public async Task Outside_the_window_the_node_is_not_stopped_unless_it_is_ordered()
    {
        var machine = await FollowingAsync(rounds: 0, window: "12:00-13:00 UTC");

        var waiting = await machine.SettleAsync();

        Assert.Equal("copying to vol-a: done but for the cut-over, which waits until 1970-01-01 12:00 UTC (cut-over-window); "
            + "still serving from the root disk; the action cut-over does it now", waiting?.Message);
        Assert.True(machine.IsRunning);
        machine.Orders = machine.Orders.With(OrderKind.CutOver, Order(machine));
        await EndsOnTheVolumeAsync(machine);
        Assert.Null(machine.Orders.CutOver);
    }

    [Fact]
    public async Task In_the_window_it_is_switched()
    {
        var machine = await FollowingAsync(rounds: 0, window: "12:00-13:00 UTC");
        machine.Uptime = TimeSpan.FromHours(12.5).TotalSeconds;

        await EndsOnTheVolumeAsync(machine);
    }

    [Fact]
    public async Task A_node_that_is_down_after_a_reboot_is_started_where_it_was_and_followed_on()
    {
        var machine = await FollowingAsync(rounds: 5);
        machine.Reboot();
        await ((INode)machine).StopAsync(CancellationToken.None);

        await machine.HookAsync();

        Assert.True(machine.IsRunning);
        Assert.Same(machine.Root, machine.RunningOn);
        await EndsOnTheVolumeAsync(machine);
    }

    [Fact]
    public async Task A_node_that_is_down_when_its_volume_is_named_is_started_and_followed()
    {
        var machine = await MachineLifeTests.ServingFromRootAsync();
        machine.Reboot();
        await ((INode)machine).StopAsync(CancellationToken.None);
        machine.Disks[Volume] = new ModelDisk(Volume);
        machine.Assignment = MachineLifeTests.MapTo(Volume);
        machine.CopyRounds = 3;

        await machine.HookAsync();

        Assert.Same(machine.Root, machine.RunningOn);
        Assert.Equal(MovePhase.Following, Move(machine)?.Phase);
        await EndsOnTheVolumeAsync(machine);
    }

    [Fact]
    public async Task A_node_that_dies_is_copied_at_rest_and_after_a_reboot_that_heals_it_followed_again()
    {
        var machine = await MachineLifeTests.ServingFromAsync("vol-b");
        machine.Disks[Volume] = new ModelDisk(Volume);
        machine.Assignment = MachineLifeTests.MapTo(Volume);
        machine.CopyRounds = 5;
        await machine.HookAsync();
        Assert.Equal(MovePhase.Following, Move(machine)?.Phase);
        await ((INode)machine).StopAsync(CancellationToken.None);
        machine.DiesLateOn.Add(From(machine));

        await machine.HookAsync();

        Assert.False(machine.IsRunning);
        Assert.Equal(MovePhase.Copying, Move(machine)?.Phase);
        Assert.EndsWith("; Cassandra is down", machine.Statuses[^1].Message, StringComparison.Ordinal);
        machine.DiesLateOn.Clear();
        machine.Reboot();
        machine.CopyRounds = 5;
        await machine.HookAsync();
        Assert.True(machine.IsRunning);
        Assert.Equal(MovePhase.Following, Move(machine)?.Phase);
        await EndsOnTheVolumeAsync(machine);
    }

    [Fact]
    public async Task Who_orders_the_switch_of_a_node_that_is_down_does_not_wait_for_it()
    {
        var machine = await FollowingAsync(rounds: 5, window: "12:00-13:00 UTC");
        await ((INode)machine).StopAsync(CancellationToken.None);
        var starts = machine.Starts;
        machine.Orders = machine.Orders.With(OrderKind.CutOver, Order(machine));

        await EndsOnTheVolumeAsync(machine);

        Assert.Equal(starts + 1, machine.Starts);
    }

    [Fact]
    public async Task An_edited_map_ends_it_and_the_orders_about_it()
    {
        var machine = await FollowingAsync(rounds: 5);
        machine.Orders = machine.Orders.With(OrderKind.Pause, Order(machine));
        machine.Assignment = new Assignment.RootDisk();

        var status = await machine.SettleAsync();

        Assert.StartsWith("serving from the root disk", status?.Message, StringComparison.Ordinal);
        Assert.Null(machine.Orders.Pause);
        Assert.Null(machine.Disks[Volume].Incoming);
    }

    [Fact]
    public async Task A_unit_that_goes_finishes_it_at_once_even_when_paused()
    {
        var machine = await FollowingAsync(rounds: 1, window: "12:00-13:00 UTC");
        machine.Orders = machine.Orders.With(OrderKind.Pause, Order(machine));
        machine.CopyRounds = 0;
        machine.Occasion = Occasion.Stop;

        await machine.SettleAsync();

        Assert.False(machine.IsRunning);
        Assert.Equal(RecordState.Released, machine.Disks[Volume].Record?.State);
        Assert.Subset(machine.Disks[Volume].Tree!.Writes, machine.Acknowledged);
    }

    /// <summary>A crash before and after every effect, the passes among them, with and without a reboot.</summary>
    [Fact]
    public Task Crashed_anywhere_it_ends_on_the_volume_with_every_write() => Crashes.OnceAsync(
        () => FollowingAsync(rounds: 1),
        (machine, where) =>
        {
            Assert.True(machine.Disks[Volume].Tree == machine.RunningOn, where);
            MachineLifeTests.NothingIsLost(machine);
        },
        "following");

    private static async Task<ModelMachine> FollowingAsync(int rounds, string window = "")
    {
        var machine = await MachineLifeTests.ServingFromRootAsync();
        machine.Settings = machine.Settings with { CutOverWindow = CutOverWindow.Parse(window) };
        machine.Disks[Volume] = new ModelDisk(Volume);
        machine.Assignment = MachineLifeTests.MapTo(Volume);
        machine.CopyRounds = rounds;
        await machine.HookAsync();
        return machine;
    }

    private static async Task EndsOnTheVolumeAsync(ModelMachine machine)
    {
        machine.CopyRounds = 0;
        Assert.StartsWith("serving from vol-a", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        MachineLifeTests.NothingIsLost(machine);
        Assert.Same(machine.Disks[Volume].Tree, machine.RunningOn);
    }

    private static string From(ModelMachine machine) => Assert.IsType<Place.OnVolume>(Move(machine)?.Source).VolumeId;

    private static Order Order(ModelMachine machine) => new("", "", machine.Now);

    private static Undertaking.Moving? Move(ModelMachine machine) => machine.Current.Undertaking as Undertaking.Moving;
}
