using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>Whole lives of a unit on the machine in memory.</summary>
public sealed class MachineLifeTests
{
    internal static Assignment.Volume MapTo(string volume)
    {
        Assert.True(VolumeId.TryParse(volume, out var id));
        return new Assignment.Volume(id);
    }

    internal static async Task<ModelMachine> ServingFromRootAsync()
    {
        var machine = ModelMachine.Fresh();
        Assert.Equal("serving from the root disk (volume-map is empty)", (await machine.SettleAsync())?.Message);
        return machine;
    }

    internal static async Task<ModelMachine> ServingFromAsync(string volume)
    {
        var machine = ModelMachine.Fresh();
        machine.Disks[volume] = new ModelDisk(volume);
        machine.Assignment = MapTo(volume);
        Assert.Equal(UnitState.Active, (await machine.SettleAsync())?.State);
        return machine;
    }

    internal static void NothingIsLost(ModelMachine machine)
    {
        Assert.NotNull(machine.RunningOn);
        Assert.Subset(machine.RunningOn.Writes, machine.Acknowledged);
        Assert.All(machine.Disks.Values, d => Assert.False(d.WasViolated));
    }

    [Fact]
    public async Task A_blank_volume_mapped_to_a_serving_unit_takes_its_data()
    {
        var machine = await ServingFromRootAsync();
        machine.Disks["vol-1"] = new ModelDisk("vol-1");
        machine.Assignment = MapTo("vol-1");

        var status = await machine.SettleAsync();

        Assert.StartsWith("serving from vol-1 (xfs", status?.Message, StringComparison.Ordinal);
        NothingIsLost(machine);
        Assert.Same(machine.Disks["vol-1"].Tree, machine.RunningOn);
        Assert.True(machine.Root!.IsSealed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_blank_volume_that_changes_between_intent_and_first_write_is_planned_anew(bool enlarged)
    {
        var machine = await ServingFromRootAsync();
        var disk = machine.Disks["vol-1"] = new ModelDisk("vol-1");
        machine.Assignment = MapTo("vol-1");
        while (machine.Current.Undertaking is null)
        {
            machine.CrashAt = 2 * machine.EffectCount + 1;
            await Assert.ThrowsAsync<CrashException>(machine.HookAsync);
        }

        Assert.Null(disk.Label);
        if (enlarged)
            disk.Enlarge();
        else
            disk.AttachAnew();

        Assert.StartsWith("serving from vol-1 (xfs", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        NothingIsLost(machine);
    }

    [Fact]
    public async Task A_volume_mapped_before_the_first_start_is_waited_for_and_then_founded_on()
    {
        var machine = ModelMachine.Fresh();
        machine.Assignment = MapTo("vol-1");
        Assert.Equal("vol-1 is not attached; Cassandra has not been started", (await machine.SettleAsync())?.Message);
        Assert.False(machine.IsRunning);

        machine.Disks["vol-1"] = new ModelDisk("vol-1");
        await machine.SettleAsync();

        NothingIsLost(machine);
        Assert.Null(machine.Root);
    }

    [Fact]
    public async Task An_entry_changed_from_one_volume_to_a_blank_one_moves_the_data_on_and_lets_the_old_one_go()
    {
        var machine = await ServingFromAsync("vol-a");
        machine.Disks["vol-b"] = new ModelDisk("vol-b");
        machine.Assignment = MapTo("vol-b");

        await machine.SettleAsync();

        NothingIsLost(machine);
        Assert.Same(machine.Disks["vol-b"].Tree, machine.RunningOn);
        Assert.Equal(RecordState.Superseded, machine.Disks["vol-a"].Record!.State);
        Assert.False(machine.Disks["vol-a"].IsMounted);
    }

    [Fact]
    public async Task With_the_old_volume_gone_a_blank_one_is_not_taken_and_nothing_runs()
    {
        var machine = await ServingFromAsync("vol-a");
        machine.Disks["vol-a"].IsAttached = false;
        machine.Reboot();
        machine.Disks["vol-b"] = new ModelDisk("vol-b");
        machine.Assignment = MapTo("vol-b");

        var status = await machine.SettleAsync();

        Assert.StartsWith("vol-a is missing; Cassandra is down; ", status?.Message, StringComparison.Ordinal);
        Assert.False(machine.IsRunning);
        Assert.Null(machine.Disks["vol-b"].Label);
    }

    [Fact]
    public async Task A_node_that_dies_on_the_new_volume_is_back_on_the_old_place_and_the_volume_is_not_tried_again()
    {
        var machine = await ServingFromRootAsync();
        machine.Disks["vol-1"] = new ModelDisk("vol-1");
        machine.DiesOn.Add("vol-1");
        machine.Assignment = MapTo("vol-1");

        var status = await machine.SettleAsync();

        Assert.Equal(UnitState.Blocked, status?.State);
        Assert.Contains("still serving from the root disk", status?.Message, StringComparison.Ordinal);
        NothingIsLost(machine);
        Assert.Same(machine.Root, machine.RunningOn);
        Assert.Equal(RecordState.Abandoned, machine.Disks["vol-1"].Record!.State);
    }

    [Fact]
    public async Task A_node_that_served_is_started_though_an_option_keeps_the_installation_from_being_complete()
    {
        var machine = await ServingFromAsync("vol-1");
        machine.DiesOn.Add("vol-1");
        machine.Reboot();
        machine.DiesOn.Clear();
        machine.IsInstalled = false;
        machine.InstallFails = "install-keys: no key in it";

        var status = await machine.SettleAsync();

        Assert.Equal(UnitState.Blocked, status?.State);
        Assert.Contains("install-keys: no key in it", status?.Message, StringComparison.Ordinal);
        Assert.Contains("serving from vol-1", status?.Message, StringComparison.Ordinal);
        NothingIsLost(machine);
    }

    [Fact]
    public async Task An_adoption_whose_node_dies_is_left_by_an_edit_of_the_map()
    {
        var machine = await FreshBesideReleasedAsync("vol-1");
        machine.DiesLateOn.Add("vol-1");
        machine.Assignment = MapTo("vol-1");
        Assert.StartsWith("Cassandra does not stay up on vol-1", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        Assert.NotNull(machine.Current.Undertaking);

        machine.Assignment = MapTo("vol-2");
        var status = await machine.SettleAsync();

        Assert.Null(machine.Current.Undertaking);
        Assert.Equal("vol-1", machine.Current.Served?.Name);
        Assert.StartsWith("Cassandra does not stay up on vol-1", status?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_to_try_again_is_one_try()
    {
        var machine = await ServingFromRootAsync();
        machine.Disks["vol-1"] = new ModelDisk("vol-1");
        machine.DiesOn.Add("vol-1");
        machine.Assignment = MapTo("vol-1");
        await machine.SettleAsync();
        var before = machine.Starts;

        machine.Orders = new Orders { Adopt = new Order("vol-1", "once more", machine.Now) };
        var status = await machine.SettleAsync();

        Assert.StartsWith("vol-1: refused, the move to it failed", status?.Message, StringComparison.Ordinal);
        Assert.Null(machine.Orders.Adopt);
        Assert.Equal(2, machine.Starts - before);
        NothingIsLost(machine);
    }

    [Fact]
    public async Task What_served_before_an_adoption_is_not_taken_back_without_an_order()
    {
        var machine = await ServingFromAsync("vol-a");
        machine.Disks["vol-b"] = new ModelDisk("vol-b");
        machine.Assignment = MapTo("vol-b");
        await machine.SettleAsync();

        // Back to the old volume by order; rows are written there; then the old map is applied again.
        machine.Assignment = MapTo("vol-a");
        machine.Orders = new Orders { Adopt = new Order("vol-a", "the old rows", machine.Now) };
        Assert.StartsWith("serving from vol-a", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        machine.Assignment = MapTo("vol-b");
        var status = await machine.SettleAsync();

        Assert.StartsWith("vol-b: refused, it holds the data of node", status?.Message, StringComparison.Ordinal);
        Assert.Same(machine.Disks["vol-a"].Tree, machine.RunningOn);
    }

    [Fact]
    public async Task An_adoption_taken_back_before_it_is_done_leaves_what_served_before()
    {
        var points = 60;
        for (var crash = 0; crash < points; crash++)
        {
            var machine = await OrderedToAdoptAsync("vol-1");
            machine.PromiseOnly(new HashSet<int>());
            machine.Assignment = MapTo("vol-1");
            machine.CrashAt = 2 * machine.EffectCount + crash;
            try
            {
                await machine.SettleOnceAsync();
            }
            catch (CrashException)
            {
                machine.Orders = Orders.None;
                machine.Assignment = new Assignment.RootDisk();
                var status = await machine.SettleAsync();
                Assert.True(machine.RunningOn is not null, $"crash at {crash}: nothing runs: {status?.Message}");
            }
        }
    }

    [Fact]
    public async Task A_node_that_dies_late_is_told_of_before_it_is_started_again()
    {
        var machine = await ServingFromRootAsync();
        machine.Disks["vol-1"] = new ModelDisk("vol-1");
        machine.DiesLateOn.Add("vol-1");
        machine.StartsSlowly = true;
        machine.Assignment = MapTo("vol-1");
        var before = machine.Starts;

        Assert.StartsWith("switching to vol-1", (await machine.HookAsync())?.Message, StringComparison.Ordinal);
        Assert.StartsWith("Cassandra does not stay up on vol-1", (await machine.HookAsync())?.Message, StringComparison.Ordinal);
        Assert.Equal(1, machine.Starts - before);

        // It may have been written to, so there is no way back; cured, the next hook that comes by starts it.
        machine.DiesLateOn.Clear();
        Assert.StartsWith("serving from vol-1", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        NothingIsLost(machine);
    }

    [Fact]
    public async Task A_node_that_dies_where_it_served_is_told_of_before_it_is_started_again()
    {
        var machine = await ServingFromAsync("vol-1");
        machine.DiesLateOn.Add("vol-1");
        machine.StartsSlowly = true;
        machine.Reboot();
        var before = machine.Starts;

        Assert.StartsWith("starting", (await machine.HookAsync())?.Message, StringComparison.Ordinal);
        Assert.StartsWith("Cassandra does not stay up on vol-1", (await machine.HookAsync())?.Message, StringComparison.Ordinal);
        Assert.Equal(1, machine.Starts - before);
    }

    [Fact]
    public async Task A_node_that_came_up_after_the_hook_had_ended_is_confirmed_by_the_next()
    {
        var machine = ModelMachine.Fresh();
        machine.StartsSlowly = true;
        await machine.HookAsync();
        Assert.Null(machine.Current.Node.HostId);

        await machine.SettleAsync();

        Assert.Equal(machine.RunningOn!.HostId, machine.Current.Node.HostId);
    }

    [Fact]
    public async Task A_destroyed_unit_releases_its_volume_and_a_fresh_unit_serves_the_same_rows()
    {
        var next = await FreshBesideReleasedAsync("vol-1");
        next.Assignment = MapTo("vol-1");

        var status = await next.SettleAsync();

        Assert.StartsWith("serving from vol-1", status?.Message, StringComparison.Ordinal);
        Assert.NotEmpty(next.Promised);
        Assert.Subset(next.RunningOn!.Writes, next.Promised.ToHashSet());
    }

    [Fact]
    public async Task A_unit_with_data_of_its_own_adopts_other_data_only_when_ordered()
    {
        var machine = await OrderedToAdoptAsync("vol-1");
        var order = machine.Orders;
        machine.Orders = Orders.None;
        machine.Assignment = MapTo("vol-1");

        var refused = await machine.SettleAsync();

        Assert.StartsWith("vol-1: refused, it holds the data of node", refused?.Message, StringComparison.Ordinal);
        Assert.Contains("adopt-volume volume=vol-1", refused?.Message, StringComparison.Ordinal);
        Assert.Same(machine.Root, machine.RunningOn);

        machine.Orders = order;
        await machine.SettleAsync();

        Assert.Same(machine.Disks["vol-1"].Tree, machine.RunningOn);
        Assert.True(machine.Root!.IsSealed);
    }

    /// <summary>A volume that a removed unit released, attached to a machine where nothing was ever started.</summary>
    internal static async Task<ModelMachine> FreshBesideReleasedAsync(string volume)
    {
        var old = await ReleasedAsync(volume);
        var next = new ModelMachine { Self = new("model-2", "cassandra/5", "3"), Disks = old.Disks }.WithEmptyJournal();
        next.PromiseOnly(old.Acknowledged);
        return next;
    }

    /// <summary>A unit with data of its own, ordered to adopt another's released volume instead.</summary>
    internal static async Task<ModelMachine> OrderedToAdoptAsync(string volume)
    {
        var old = await ReleasedAsync(volume);
        var next = new ModelMachine { Self = new("model-2", "cassandra/5", "3"), Disks = old.Disks }.WithEmptyJournal();
        await next.SettleAsync();
        next.PromiseOnly(old.Acknowledged);
        next.Orders = new Orders { Adopt = new Order(volume, "test", next.Now) };
        return next;
    }

    private static async Task<ModelMachine> ReleasedAsync(string volume)
    {
        var old = await ServingFromAsync(volume);
        old.Occasion = Occasion.Stop;
        await old.HookAsync();
        old.Occasion = Occasion.Remove;
        await old.HookAsync();
        Assert.Equal(RecordState.Released, old.Disks[volume].Record!.State);
        Assert.False(old.Disks[volume].IsMounted);
        return old;
    }

    [Fact]
    public async Task An_edit_of_the_map_cancels_a_move_before_cassandra_yaml_names_the_target_and_never_after()
    {
        var outcomes = new HashSet<bool>();
        await AtEveryCrashOfAMoveAsync(async (machine, where) =>
        {
            var isCommitted = machine.Observe().Node.ConfiguredRoot == "/srv/cassandra/vol-1/cassandra";
            outcomes.Add(isCommitted);
            machine.Assignment = new Assignment.NoMap();
            await machine.SettleAsync();
            Assert.True(ReferenceEquals(isCommitted ? machine.Disks["vol-1"].Tree : machine.Root, machine.RunningOn), $"{where}, committed: {isCommitted}");
            NothingIsLost(machine);
        });
        Assert.Equal(2, outcomes.Count);
    }

    /// <summary>A person has lifted the hold after a reboot: what the copy was compared with is no longer so.</summary>
    [Fact]
    public async Task What_was_written_to_the_source_between_two_boots_is_not_lost() =>
        await AtEveryCrashOfAMoveAsync(async (machine, where) =>
        {
            machine.Reboot();
            if (machine.Observe().Node.ConfiguredRoot != "/srv/cassandra/vol-1/cassandra" && machine.RunningOn is null)
            {
                machine.Root!.Writes.Add(-1);
                machine.Acknowledged.Add(-1);
            }
            await machine.SettleAsync();
            Assert.True(machine.RunningOn is not null && machine.Acknowledged.IsSubsetOf(machine.RunningOn.Writes), $"{where}: a write is lost");
        });

    private static async Task AtEveryCrashOfAMoveAsync(Func<ModelMachine, string, Task> goOn)
    {
        for (var crash = 0; ; crash++)
        {
            var machine = await ServingFromRootAsync();
            machine.Disks["vol-1"] = new ModelDisk("vol-1");
            machine.Assignment = MapTo("vol-1");
            machine.CrashAt = 2 * machine.EffectCount + crash;
            try
            {
                await machine.SettleOnceAsync();
                return;
            }
            catch (CrashException)
            {
                await goOn(machine, $"crash at {crash}");
            }
        }
    }

    [Fact]
    public async Task A_map_edited_during_a_copy_cancels_it_and_the_source_serves_on()
    {
        var machine = await ServingFromRootAsync();
        machine.Disks["vol-1"] = new ModelDisk("vol-1");
        machine.Assignment = MapTo("vol-1");
        machine.CopyRounds = 1;
        Assert.StartsWith("copying to vol-1", (await machine.HookAsync())?.Message, StringComparison.Ordinal);

        machine.Assignment = new Assignment.NoMap();
        await machine.SettleAsync();

        NothingIsLost(machine);
        Assert.Same(machine.Root, machine.RunningOn);
        Assert.Null(machine.Disks["vol-1"].Incoming);
        Assert.Null(machine.HoldReason);
    }
}
