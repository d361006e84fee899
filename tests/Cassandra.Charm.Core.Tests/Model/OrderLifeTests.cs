using Cassandra.Charm.Core.Deciding;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>Lives in which an operator releases a volume, rolls back, or purges old data; undisturbed and with crashes.</summary>
public sealed class OrderLifeTests
{
    private static readonly Dictionary<string, (Func<Task<ModelMachine>> Begin, Action<ModelMachine, string> Check)> All = new()
    {
        ["release"] = (ReleaseOrderedAsync, IsReleased),
        ["swap"] = (SwappedAsync, ServesFrom("vol-b")),
        ["adopt the released one again"] = (AdoptedAgainAsync, ServesFrom("vol-a")),
        ["rollback to the root disk"] = (RollbackOrderedAsync, ServesFromRoot),
        ["rollback to a volume"] = (RollbackToVolumeOrderedAsync, ServesFrom("vol-a")),
        ["purge a volume"] = (PurgeOrderedAsync, OldVolumeIsEmpty),
        ["purge and move back"] = (PurgeAndMoveBackAsync, ServesFrom("vol-a")),
        ["purge the root disk"] = (PurgeOfRootOrderedAsync, RootIsEmpty),
    };

    public static TheoryData<string> Lives => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Lives))]
    public async Task Undisturbed_it_ends_where_it_should(string life)
    {
        var machine = await All[life].Begin();
        await machine.SettleAsync();
        All[life].Check(machine, life);
    }

    [Theory]
    [MemberData(nameof(Lives))]
    public Task A_crash_at_every_point_ends_where_no_crash_ends(string life) =>
        Crashes.OnceAsync(All[life].Begin, (machine, where) => All[life].Check(machine, $"{life}, {where}"), life);

    [Theory]
    [MemberData(nameof(Lives))]
    public Task A_second_crash_while_recovering_changes_nothing(string life) =>
        Crashes.TwiceAsync(All[life].Begin, (machine, where) => All[life].Check(machine, $"{life}, {where}"), life);

    [Fact]
    public async Task A_released_volume_stays_released_over_hooks_reboots_detaching_and_a_map_without_it()
    {
        var machine = await ReleasedAsync("vol-a");
        Assert.Equal(
            "vol-a is released and may be detached; Cassandra is down; map another volume to this unit, or, to serve from it again, "
            + "run the action adopt-volume volume=vol-a reason=…", machine.Statuses[^1].Message);

        machine.Reboot();
        IsReleased(machine, "after a reboot");
        Assert.Equal(UnitState.Blocked, (await machine.SettleAsync())?.State);
        machine.Disks["vol-a"].IsAttached = false;
        Assert.StartsWith("vol-a is released and detached; ", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        foreach (var assignment in new Assignment[] { new Assignment.NoMap(), new Assignment.RootDisk(), new Assignment.NotNamed(["cassandra/9"]) })
        {
            machine.Assignment = assignment;
            Assert.StartsWith("vol-a is released and detached; ", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        }

        machine.Disks["vol-a"].IsAttached = true;
        machine.Reboot();
        await machine.SettleAsync();
        IsReleased(machine, "attached again");
    }

    [Fact]
    public async Task The_order_to_release_is_safe_to_repeat()
    {
        var machine = await ReleasedAsync("vol-a");
        var status = machine.Statuses[^1];
        machine.Orders = new Orders { Release = Order("") };
        Assert.IsType<OrderVerdict.Done>(Ordering.Judge(machine.Observe(), OrderKind.Release));

        Assert.Equal(status, await machine.SettleAsync());
        Assert.Null(machine.Orders.Release);
        IsReleased(machine, "repeated");
    }

    [Fact]
    public async Task A_busy_volume_is_neither_forced_nor_marked_and_released_as_soon_as_it_is_free()
    {
        var machine = await ReleaseOrderedAsync();
        machine.Disks["vol-a"].IsBusy = true;

        Assert.StartsWith("vol-a: not released yet, /srv/cassandra/vol-a cannot be unmounted: bash (42) uses it; Cassandra is down; stop what uses it",
            (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        Assert.True(machine.Disks["vol-a"].IsMounted);
        Assert.Equal(RecordState.Serving, machine.Disks["vol-a"].Record!.State);
        Assert.False(machine.IsRunning);

        machine.Disks["vol-a"].IsBusy = false;
        await machine.SettleAsync();
        IsReleased(machine, "free again");
    }

    [Fact]
    public async Task A_release_that_was_begun_is_finished_before_a_new_entry_means_anything()
    {
        var machine = await ReleaseOrderedAsync();
        machine.Disks["vol-a"].IsBusy = true;
        await machine.SettleAsync();
        machine.Disks["vol-a"].IsBusy = false;
        machine.Disks["vol-b"] = new ModelDisk("vol-b");
        machine.Assignment = MachineLifeTests.MapTo("vol-b");

        var status = await machine.SettleAsync();

        Assert.StartsWith("vol-a is released; vol-b is empty, and nothing is copied from a volume that was left; Cassandra is down", status?.Message, StringComparison.Ordinal);
        IsReleased(machine, "mapped to a blank one");
        Assert.Null(machine.Disks["vol-b"].Label);
    }

    [Fact]
    public async Task A_released_unit_mapped_to_anothers_released_volume_needs_no_further_order()
    {
        var machine = await SwappedAsync();
        machine.Orders = Orders.None;

        var status = await machine.SettleAsync();

        Assert.StartsWith("serving from vol-b ", status?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volumes_swapped_between_two_released_units_keep_every_row_of_both()
    {
        var first = await ReleasedAsync("vol-a");
        var second = new ModelMachine { Self = new("model", "cassandra/1", "1") }.WithEmptyJournal();
        second.SkipGuids(1000);
        second.Disks["vol-b"] = new ModelDisk("vol-b");
        second.Assignment = MachineLifeTests.MapTo("vol-b");
        await second.SettleAsync();
        second.Orders = new Orders { Release = Order("") };
        await second.SettleAsync();
        var (ofA, ofB) = (first.Acknowledged.ToHashSet(), second.Acknowledged.ToHashSet());

        (first.Disks["vol-b"], second.Disks["vol-a"]) = (second.Disks["vol-b"], first.Disks["vol-a"]);
        first.Disks.Remove("vol-a");
        second.Disks.Remove("vol-b");
        foreach (var (machine, volume, rows) in new[] { (first, "vol-b", ofB), (second, "vol-a", ofA) })
        {
            machine.Assignment = MachineLifeTests.MapTo(volume);
            Assert.StartsWith($"serving from {volume}", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
            Assert.Subset(machine.RunningOn!.Writes, rows);
        }
    }

    [Fact]
    public async Task An_adoption_that_is_taken_back_leaves_the_released_volume_released()
    {
        for (var point = 0; ; point++)
        {
            var machine = await SwappedAsync();
            machine.CrashAt = 2 * machine.EffectCount + point;
            try
            {
                await machine.SettleOnceAsync();
                Assert.True(point > 10, "no crash was ever made");
                return;
            }
            catch (CrashException)
            {
                machine.Orders = Orders.None;
                machine.Assignment = MachineLifeTests.MapTo("vol-a");
                var status = await machine.SettleAsync();
                Assert.True(machine.Disks["vol-a"].Record!.State == RecordState.Released, $"crash at {point}: {status?.Message}");
                if (machine.Current.Served!.Name == "vol-a")
                    Assert.StartsWith("vol-a is released and may be detached; ", status?.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_volume_that_another_unit_took_meanwhile_is_not_marked_by_the_one_that_released_it()
    {
        var machine = await SwappedAsync();
        var taken = machine.Disks["vol-a"].Record! with { State = RecordState.Serving, Owner = new("model", "cassandra/9", "9") };
        machine.Disks["vol-a"].Record = taken;

        await machine.SettleAsync();

        Serves(machine, machine.Disks["vol-b"].Tree, "swapped");
        Assert.Equal(taken, machine.Disks["vol-a"].Record);
    }

    [Fact]
    public async Task A_rolled_back_volume_is_not_tried_again_until_the_operator_says_so()
    {
        var machine = await RollbackOrderedAsync();

        var status = await machine.SettleAsync();

        Assert.StartsWith("vol-1: refused, this unit was rolled back from it; still serving from the root disk; to try again, run the action adopt-volume",
            status?.Message, StringComparison.Ordinal);
        Assert.Equal(RecordState.Abandoned, machine.Disks["vol-1"].Record!.State);
        Assert.False(machine.Disks["vol-1"].IsMounted);
    }

    [Fact]
    public async Task The_status_of_an_adoption_that_fails_early_names_the_way_back()
    {
        var machine = await RollbackOrderedAsync();
        machine.Orders = Orders.None;

        Assert.EndsWith("to serve from the root disk again, run the action rollback-volume", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_may_have_served_is_never_rolled_back()
    {
        var machine = await MachineLifeTests.OrderedToAdoptAsync("vol-1");
        machine.DiesLateOn.Add("vol-1");
        machine.Assignment = MachineLifeTests.MapTo("vol-1");
        await machine.SettleAsync();
        machine.Orders = machine.Orders with { Rollback = Order("") };

        var status = await machine.HookAsync();

        Assert.Contains("the order to rollback was not carried out: nothing proves that Cassandra did not serve from vol-1 since the switch", status?.Message, StringComparison.Ordinal);
        Assert.Null(machine.Orders.Rollback);
        Assert.Equal("vol-1", machine.Current.Served?.Name);
    }

    [Fact]
    public async Task After_a_move_that_served_the_way_that_loses_nothing_is_named()
    {
        var machine = await MovedAsync();
        machine.Orders = machine.Orders with { Rollback = Order("") };

        Assert.Equal(
            "Cassandra has served from vol-b since the switch: what was written there would be lost; to have the data of vol-a's node back "
            + "on it, run the action purge-old-data volume=vol-a, then map it: the data is moved",
            Assert.IsType<OrderVerdict.Refused>(Ordering.Judge(machine.Observe(), OrderKind.Rollback)).Why);
        machine.Orders = Orders.None;
        machine.Assignment = MachineLifeTests.MapTo("vol-a");
        Assert.Contains("run the action purge-old-data volume=vol-a", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        MachineLifeTests.NothingIsLost(machine);
    }

    [Fact]
    public async Task What_served_before_other_data_was_adopted_is_not_purged()
    {
        // vol-a was copied on to vol-b, then vol-c's older data was ordered to serve: vol-a holds what vol-c does not.
        var machine = await MovedAsync();
        var left = await MachineLifeTests.FreshBesideReleasedAsync("vol-c");
        machine.Disks["vol-c"] = left.Disks["vol-c"];
        machine.Disks["vol-c"].Filesystem = machine.Disks["vol-c"].Filesystem! with { Uuid = Guid.Empty };
        var superseded = machine.Disks["vol-a"].Record!;
        machine.Disks["vol-c"].Record = superseded with { VolumeId = "vol-c", DiskSerial = "vol-c", State = RecordState.Abandoned };
        machine.Disks["vol-c"].Tree!.HostId = superseded.Node.HostId;
        machine.Assignment = MachineLifeTests.MapTo("vol-c");
        machine.Orders = new Orders { Adopt = Order("vol-c") };
        Assert.StartsWith("serving from vol-c", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);

        machine.Orders = new Orders { Purge = Order("vol-a") };

        Assert.Equal("vol-a: its data was copied on to vol-b, and nothing proves that all of it came to vol-c; nothing is deleted",
            Assert.IsType<OrderVerdict.Refused>(Ordering.Judge(machine.Observe(), OrderKind.Purge)).Why);
    }

    [Fact]
    public async Task A_half_purged_volume_that_is_detached_keeps_nothing_from_serving_and_is_finished_when_it_is_back()
    {
        var machine = await PurgeOrderedAsync();
        var points = 0;
        while (machine.Disks["vol-a"].Record!.State != RecordState.Incoming)
        {
            machine = await PurgeOrderedAsync();
            machine.CrashAt = 2 * machine.EffectCount + ++points;
            await Assert.ThrowsAsync<CrashException>(machine.SettleOnceAsync);
        }

        machine.Disks["vol-a"].IsAttached = machine.Disks["vol-a"].IsMounted = false;
        machine.Reboot();
        Assert.StartsWith("serving from vol-b", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        Assert.NotNull(machine.Current.Purging);

        machine.Disks["vol-a"].IsAttached = true;
        await machine.SettleAsync();
        OldVolumeIsEmpty(machine, "attached again");
    }

    [Fact]
    public async Task A_half_purged_volume_is_never_adopted_by_anybody()
    {
        for (var point = 0; ; point++)
        {
            var machine = await PurgeOrderedAsync();
            machine.CrashAt = 2 * machine.EffectCount + point;
            try
            {
                await machine.SettleOnceAsync();
                return;
            }
            catch (CrashException)
            {
                var disk = machine.Disks["vol-a"];
                disk.IsMounted = false;
                if (disk.Record!.State == RecordState.Superseded)
                    continue; // not begun
                var other = new ModelMachine { Self = new("model", "cassandra/5", "3"), Disks = new() { ["vol-a"] = disk } }.WithEmptyJournal();
                other.SkipGuids(1000);
                other.Assignment = MachineLifeTests.MapTo("vol-a");
                other.Orders = new Orders { Adopt = Order("vol-a") };
                await other.SettleAsync();
                Assert.True(other.RunningOn?.HostId != machine.Current.Node.HostId, $"a half-deleted tree serves after a crash at {point}");
            }
        }
    }

    private static Order Order(string subject) => new(subject, "test", DateTimeOffset.UnixEpoch);

    private static async Task<ModelMachine> ReleaseOrderedAsync()
    {
        var machine = await MachineLifeTests.ServingFromAsync("vol-a");
        machine.Orders = new Orders { Release = Order("") };
        return machine;
    }

    private static async Task<ModelMachine> ReleasedAsync(string volume)
    {
        var machine = await MachineLifeTests.ServingFromAsync(volume);
        machine.Orders = new Orders { Release = Order("") };
        await machine.SettleAsync();
        Assert.Equal(RecordState.Released, machine.Disks[volume].Record!.State);
        return machine;
    }

    /// <summary>A released unit, ordered to adopt another unit's released volume; its own is still attached.</summary>
    private static async Task<ModelMachine> SwappedAsync()
    {
        var machine = await ReleasedAsync("vol-a");
        var other = new ModelMachine { Self = new("model", "cassandra/1", "1") }.WithEmptyJournal();
        other.SkipGuids(1000);
        other.Disks["vol-b"] = new ModelDisk("vol-b");
        other.Assignment = MachineLifeTests.MapTo("vol-b");
        await other.SettleAsync();
        other.Orders = new Orders { Release = Order("") };
        await other.SettleAsync();
        machine.Disks["vol-b"] = other.Disks["vol-b"];
        machine.PromiseOnly(other.Acknowledged);
        machine.Assignment = MachineLifeTests.MapTo("vol-b");
        machine.Orders = new Orders { Adopt = Order("vol-b") };
        return machine;
    }

    private static async Task<ModelMachine> AdoptedAgainAsync()
    {
        var machine = await ReleasedAsync("vol-a");
        machine.Orders = new Orders { Adopt = Order("vol-a") };
        return machine;
    }

    /// <summary>Adopted by order, dead before a port was open: to be rolled back.</summary>
    private static async Task<ModelMachine> RollbackOrderedAsync()
    {
        var machine = await MachineLifeTests.OrderedToAdoptAsync("vol-1");
        machine.PromiseOnly(machine.Acknowledged);
        machine.DiesOn.Add("vol-1");
        machine.Assignment = MachineLifeTests.MapTo("vol-1");
        Assert.StartsWith("Cassandra does not stay up on vol-1", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        machine.Orders = machine.Orders with { Rollback = Order("") };
        return machine;
    }

    private static async Task<ModelMachine> RollbackToVolumeOrderedAsync()
    {
        var left = await MachineLifeTests.FreshBesideReleasedAsync("vol-1");
        var machine = ModelMachine.Fresh();
        machine.SkipGuids(1000);
        machine.Disks["vol-a"] = new ModelDisk("vol-a");
        machine.Assignment = MachineLifeTests.MapTo("vol-a");
        await machine.SettleAsync();
        machine.Disks["vol-1"] = left.Disks["vol-1"];
        machine.DiesOn.Add("vol-1");
        machine.Assignment = MachineLifeTests.MapTo("vol-1");
        machine.Orders = new Orders { Adopt = Order("vol-1") };
        Assert.StartsWith("Cassandra does not stay up on vol-1", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        Assert.Equal(RecordState.Released, machine.Disks["vol-a"].Record!.State);
        machine.Orders = machine.Orders with { Rollback = Order("") };
        return machine;
    }

    /// <summary>Moved from vol-a to vol-b, and serving there.</summary>
    private static async Task<ModelMachine> MovedAsync()
    {
        var machine = await MachineLifeTests.ServingFromAsync("vol-a");
        machine.Disks["vol-b"] = new ModelDisk("vol-b");
        machine.Assignment = MachineLifeTests.MapTo("vol-b");
        Assert.StartsWith("serving from vol-b", (await machine.SettleAsync())?.Message, StringComparison.Ordinal);
        return machine;
    }

    private static async Task<ModelMachine> PurgeOrderedAsync()
    {
        var machine = await MovedAsync();
        machine.Orders = new Orders { Purge = Order("vol-a") };
        Assert.IsType<OrderVerdict.Allowed>(Ordering.Judge(machine.Observe(), OrderKind.Purge));
        return machine;
    }

    private static async Task<ModelMachine> PurgeAndMoveBackAsync()
    {
        var machine = await PurgeOrderedAsync();
        machine.Assignment = MachineLifeTests.MapTo("vol-a");
        return machine;
    }

    private static async Task<ModelMachine> PurgeOfRootOrderedAsync()
    {
        var machine = await MachineLifeTests.ServingFromRootAsync();
        machine.Disks["vol-1"] = new ModelDisk("vol-1");
        machine.Assignment = MachineLifeTests.MapTo("vol-1");
        await machine.SettleAsync();
        machine.Orders = new Orders { Purge = Order("/var/lib/cassandra") };
        Assert.IsType<OrderVerdict.Allowed>(Ordering.Judge(machine.Observe(), OrderKind.Purge));
        return machine;
    }

    private static void IsReleased(ModelMachine machine, string where)
    {
        var disk = machine.Disks["vol-a"];
        Assert.False(machine.IsRunning, $"{where}: the node runs");
        Assert.NotNull(machine.HoldReason);
        Assert.False(disk.IsMounted, $"{where}: still mounted");
        Assert.True(disk.Record!.State == RecordState.Released, $"{where}: {disk.Record.State}");
        Assert.True(machine.Acknowledged.IsSubsetOf(disk.Tree!.Writes), $"{where}: a write is lost");
        Assert.Null(machine.Orders.Release);
    }

    private static Action<ModelMachine, string> ServesFrom(string volume) => (machine, where) =>
    {
        Serves(machine, machine.Disks[volume].Tree, where);
        Assert.Null(machine.Current.Release);
        Assert.True(machine.Disks.Values.Count(d => d.Record?.State == RecordState.Serving) == 1, $"{where}: not one is authoritative");
    };

    private static void ServesFromRoot(ModelMachine machine, string where)
    {
        Serves(machine, machine.Root, where);
        Assert.False(machine.Root!.IsSealed);
        Assert.DoesNotContain(machine.Disks.Values, d => d.Record?.State == RecordState.Serving);
    }

    private static void OldVolumeIsEmpty(ModelMachine machine, string where)
    {
        Serves(machine, machine.Disks["vol-b"].Tree, where);
        var old = machine.Disks["vol-a"];
        Assert.True(old.Record!.State == RecordState.Initialising, $"{where}: {old.Record.State}");
        Assert.True(old is { Tree: null, Incoming: null, IsMounted: false }, $"{where}: not empty, or mounted");
        Assert.Null(machine.Current.Purging);
    }

    private static void RootIsEmpty(ModelMachine machine, string where)
    {
        Serves(machine, machine.Disks["vol-1"].Tree, where);
        Assert.True(machine.Root is { IsSealed: true, IsPurged: true, Writes.Count: 0 }, $"{where}: not purged");
        Assert.Null(machine.Current.Purging);
    }

    private static void Serves(ModelMachine machine, ModelTree? tree, string where)
    {
        Assert.True(machine.RunningOn is not null, $"{where}: nothing runs: {machine.Statuses.LastOrDefault()?.Message} {string.Join(" | ", machine.Notes.TakeLast(4))}");
        Assert.True(ReferenceEquals(tree, machine.RunningOn), $"{where}: serves from another place");
        Assert.True(machine.Promised.IsSubsetOf(machine.RunningOn.Writes), $"{where}: a write is lost");
        Assert.True(machine.Disks.Values.All(d => !d.WasViolated), $"{where}: a write without proof");
        Assert.Null(machine.Current.Undertaking);
        Assert.Equal(Orders.None, machine.Orders);
    }
}
