using Cassandra.Charm.Core.Deciding;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>What an operator or another unit does while something is under way or an order stands.</summary>
public sealed class TakenMeanwhileTests
{
    /// <summary>Works until a crash at that point, or to the end: then false.</summary>
    private static async Task<bool> DiesAsync(ModelMachine machine, int point)
    {
        machine.CrashAt = (2 * machine.EffectCount) + point;
        try
        {
            await machine.SettleOnceAsync();
            return false;
        }
        catch (CrashException)
        {
            return true;
        }
    }

    private static Order Order(string subject) => new(subject, "test", DateTimeOffset.UnixEpoch);

    private static async Task<ModelMachine> MovedAsync()
    {
        var machine = await MachineLifeTests.ServingFromAsync("vol-a");
        machine.Disks["vol-b"] = new ModelDisk("vol-b");
        machine.Assignment = MachineLifeTests.MapTo("vol-b");
        await machine.SettleAsync();
        return machine;
    }

    // The entry is put back in the same boot.
    [Fact]
    public async Task A_cancel_that_was_cut_is_not_resumed_as_a_copy()
    {
        var bad = new List<string>();
        for (var first = 0; first < 80; first++)
            for (var second = 0; second < 16; second++)
            {
                var m = await MachineLifeTests.ServingFromRootAsync();
                m.Disks["vol-1"] = new ModelDisk("vol-1");
                m.Assignment = MachineLifeTests.MapTo("vol-1");
                if (!await DiesAsync(m, first))
                    continue;
                if (m.Current.Undertaking is not Undertaking.Moving mv)
                    continue;
                m.Assignment = new Assignment.NoMap();
                if (!await DiesAsync(m, second))
                    continue;
                m.Assignment = MachineLifeTests.MapTo("vol-1");
                try
                {
                    var s = await m.SettleAsync();
                    if (m.RunningOn is null || !m.Acknowledged.IsSubsetOf(m.RunningOn.Writes))
                        bad.Add($"{first}/{second} {mv.Phase}: {s?.Message} root sealed {m.Root!.IsSealed}, running {m.RunningOn?.Writes.Count} of {m.Acknowledged.Count}");
                }
                catch (Exception e) when (e is not CrashException) { bad.Add($"{first}/{second} {mv.Phase}: {e.GetType().Name} {e.Message.Split('\n')[0]}"); }
            }
        Assert.True(bad.Count == 0, string.Join("\n", bad.Take(25)) + $"\n{bad.Count}");
    }

    // The order was given while the map was empty.
    [Fact]
    public async Task An_order_to_adopt_what_serves_already_does_not_stand()
    {
        var m = await MachineLifeTests.ServingFromAsync("vol-a");
        m.Assignment = new Assignment.NoMap();
        await m.SettleAsync();
        m.Orders = new Orders { Adopt = Order("vol-a") };
        Assert.IsType<OrderVerdict.Allowed>(Ordering.Judge(m.Observe(), OrderKind.Adopt));
        m.Assignment = MachineLifeTests.MapTo("vol-a");
        await m.SettleAsync();
        m.Disks["vol-b"] = new ModelDisk("vol-b");
        m.Assignment = MachineLifeTests.MapTo("vol-b");
        Assert.StartsWith("serving from vol-b", (await m.SettleAsync())?.Message);
        m.Assignment = MachineLifeTests.MapTo("vol-a"); // a slip of the hand: must be refused, it is superseded
        var s = await m.SettleAsync();
        Assert.True(m.Current.Served!.Name == "vol-b", s?.Message + $"; {m.RunningOn?.Writes.Count} of {m.Acknowledged.Count}");
    }

    // The map was edited.
    [Fact]
    public async Task An_order_to_adopt_ends_with_the_adoption_that_was_dropped()
    {
        var m = await MachineLifeTests.OrderedToAdoptAsync("vol-1");
        m.DiesLateOn.Add("vol-1");
        m.Assignment = MachineLifeTests.MapTo("vol-1");
        await m.SettleAsync();
        m.DiesLateOn.Clear();
        m.Disks["vol-2"] = new ModelDisk("vol-2");
        m.Assignment = MachineLifeTests.MapTo("vol-2");
        Assert.StartsWith("serving from vol-2", (await m.SettleAsync())?.Message);
        m.Assignment = MachineLifeTests.MapTo("vol-1");
        var s = await m.SettleAsync();
        Assert.True(m.Current.Served!.Name == "vol-2", s?.Message + $"; order {m.Orders.Adopt}");
    }

    // Old data must not say "serving", and newest.
    [Fact]
    public async Task An_adoption_that_was_taken_back_leaves_the_record_as_it_was()
    {
        var bad = new List<string>();
        for (var point = 0; point < 60; point++)
        {
            var m = await MovedAsync();
            m.Assignment = MachineLifeTests.MapTo("vol-a");
            m.Orders = new Orders { Adopt = Order("vol-a") };
            if (!await DiesAsync(m, point))
                break;
            if (m.Current.Undertaking is not Undertaking.Adopting { Phase: AdoptPhase.Taking })
                continue;
            m.Orders = Orders.None;                       // the order is gone, whoever took it back
            m.Assignment = MachineLifeTests.MapTo("vol-b"); // thought better of
            await m.SettleAsync();
            Assert.Equal("vol-b", m.Current.Served!.Name);
            var rec = m.Disks["vol-a"].Record!;
            m.Assignment = MachineLifeTests.MapTo("vol-a"); // a slip
            var s = await m.SettleAsync();
            if (m.Current.Served!.Name != "vol-b")
                bad.Add($"same unit, crash {point}: {rec.State} gen {rec.Generation}: {s?.Message}; {m.RunningOn!.Writes.Count} of {m.Acknowledged.Count}");

            // and a new unit after this one was removed
            var n = await MovedAsync();
            n.Disks["vol-a"].Record = rec;
            n.Disks["vol-a"].IsMounted = false;
            var next = new ModelMachine { Self = new("model", "cassandra/5", "3"), Disks = n.Disks }.WithEmptyJournal();
            next.SkipGuids(1000);
            next.Assignment = MachineLifeTests.MapTo("vol-a");
            await next.SettleAsync();
            next.Uptime += 200;
            s = await next.SettleAsync();
            if (next.RunningOn is not null)
                bad.Add($"new unit, crash {point}: {s?.Message}; {next.RunningOn.Writes.Count} of {n.Acknowledged.Count}");
        }
        Assert.True(bad.Count == 0, string.Join("\n", bad));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_target_of_a_cut_move_that_another_unit_used_is_not_touched(bool edited)
    {
        var m = await MachineLifeTests.ServingFromRootAsync();
        m.Disks["vol-t"] = new ModelDisk("vol-t");
        m.CopyRounds = 1;
        m.Assignment = MachineLifeTests.MapTo("vol-t");
        Assert.StartsWith("copying to vol-t", (await m.HookAsync())?.Message);
        // machine 0 goes off (or: action hold). vol-t goes to unit 1, as the status there says: discard-copy.
        var disk = m.Disks["vol-t"];
        m.Disks.Remove("vol-t");
        disk.IsMounted = false;
        var other = await OtherAsync(1);
        other.Disks["vol-t"] = disk;
        other.Assignment = MachineLifeTests.MapTo("vol-t");
        await other.SettleAsync();
        other.Orders = new Orders { Discard = Order("vol-t") };
        Assert.StartsWith("serving from vol-t", (await other.SettleAsync())?.Message);
        other.Orders = new Orders { Release = Order("") };
        await other.SettleAsync();
        Assert.Equal(RecordState.Released, disk.Record!.State);
        var tree = disk.Tree!;
        // back to machine 0
        m.Disks["vol-t"] = disk;
        m.Reboot();
        if (edited) m.Assignment = new Assignment.RootDisk();
        var s = await m.SettleAsync();
        Assert.True(ReferenceEquals(disk.Tree, tree) && other.Acknowledged.IsSubsetOf(disk.Tree!.Writes), $"unit 1's only data is gone: {disk.Record?.State} {disk.Tree?.Writes.Count}; {s?.Message}");
    }

    [Fact]
    public async Task The_refusal_of_anothers_unfinished_copy_names_the_way()
    {
        var m = await MachineLifeTests.ServingFromRootAsync();
        m.Disks["vol-t"] = new ModelDisk("vol-t");
        m.CopyRounds = 1;
        m.Assignment = MachineLifeTests.MapTo("vol-t");
        await m.HookAsync();
        var other = await OtherAsync(1);
        other.Disks["vol-t"] = m.Disks["vol-t"];
        other.Disks["vol-t"].IsMounted = false;
        other.Assignment = MachineLifeTests.MapTo("vol-t");
        Assert.Contains("discard-copy volume=vol-t", (await other.SettleAsync())!.Message);
    }

    private static async Task<ModelMachine> OtherAsync(int n)
    {
        var other = new ModelMachine { Self = new("model", $"cassandra/{n}", $"{n}") }.WithEmptyJournal();
        other.SkipGuids(1000 * n);
        await other.SettleAsync(); // serves from its root disk
        return other;
    }

    [Fact]
    public async Task A_cut_adoption_is_not_resumed_over_data_that_moved_on_elsewhere()
    {
        var bad = new List<string>();
        for (var point = 0; point < 40; point++)
        {
            var m = await MachineLifeTests.FreshBesideReleasedAsync("vol-1");
            m.Assignment = MachineLifeTests.MapTo("vol-1");
            if (!await DiesAsync(m, point))
                break;
            if (m.Current.Undertaking is not Undertaking.Adopting { Phase: AdoptPhase.Taking })
                continue;
            var disk = m.Disks["vol-1"];
            m.Disks.Remove("vol-1"); disk.IsMounted = false;
            var other = new ModelMachine { Self = new("model", "cassandra/1", "1") }.WithEmptyJournal();
            other.SkipGuids(1000);
            other.Disks["vol-1"] = disk;
            other.Assignment = MachineLifeTests.MapTo("vol-1");
            other.Orders = new Orders { Adopt = Order("vol-1") };
            await other.SettleAsync();
            other.Uptime += 200;
            await other.SettleAsync();
            other.Disks["vol-2"] = new ModelDisk("vol-2");
            other.Assignment = MachineLifeTests.MapTo("vol-2");
            await other.SettleAsync();
            if (disk.Record!.State != RecordState.Superseded)
            {
                bad.Add($"{point}: set-up {disk.Record.State} {other.Statuses[^1].Message}");
                continue;
            }
            other.Disks.Remove("vol-1"); disk.IsMounted = false;
            m.Disks["vol-1"] = disk;
            m.Reboot();
            var s = await m.SettleAsync();
            if (m.RunningOn is not null && other.RunningOn is not null && m.RunningOn.HostId == other.RunningOn.HostId)
                bad.Add($"crash {point}: two live nodes {m.RunningOn.HostId}: {s?.Message}");
        }
        Assert.True(bad.Count == 0, string.Join("\n", bad));
    }

    [Fact]
    public async Task A_cut_way_back_does_not_lead_to_data_that_moved_on_elsewhere()
    {
        var bad = new List<string>();
        for (var point = 0; point < 40; point++)
        {
            var left = await MachineLifeTests.FreshBesideReleasedAsync("vol-1");
            var m = ModelMachine.Fresh();
            m.SkipGuids(1000);
            m.Disks["vol-a"] = new ModelDisk("vol-a");
            m.Assignment = MachineLifeTests.MapTo("vol-a");
            await m.SettleAsync();
            m.Disks["vol-1"] = left.Disks["vol-1"];
            m.DiesOn.Add("vol-1");
            m.Assignment = MachineLifeTests.MapTo("vol-1");
            m.Orders = new Orders { Adopt = Order("vol-1") };
            await m.SettleAsync();
            m.Orders = m.Orders with { Rollback = Order("") };
            if (!await DiesAsync(m, point))
                break;
            var disk = m.Disks["vol-a"];
            if (m.Current.Undertaking is not Undertaking.GoingBack || disk.Record!.State != RecordState.Released)
                continue;
            m.Disks.Remove("vol-a"); disk.IsMounted = false;
            var other = new ModelMachine { Self = new("model", "cassandra/1", "1") }.WithEmptyJournal();
            other.SkipGuids(3000);
            other.Disks["vol-a"] = disk;
            other.Assignment = MachineLifeTests.MapTo("vol-a");
            await other.SettleAsync();
            other.Disks["vol-2"] = new ModelDisk("vol-2");
            other.Assignment = MachineLifeTests.MapTo("vol-2");
            await other.SettleAsync();
            if (disk.Record!.State != RecordState.Superseded)
            {
                bad.Add($"{point}: set-up {disk.Record.State}");
                continue;
            }
            other.Disks.Remove("vol-a"); disk.IsMounted = false;
            m.Disks["vol-a"] = disk;
            m.Reboot();
            var s = await m.SettleAsync();
            if (m.RunningOn is not null && m.RunningOn.HostId == other.RunningOn?.HostId)
                bad.Add($"crash {point}: two live nodes: {s?.Message}");
        }
        Assert.True(bad.Count == 0, string.Join("\n", bad));
    }

    [Fact]
    public async Task A_target_lost_after_the_commit_and_before_any_start_can_be_gone_back_from()
    {
        var bad = new List<string>();
        for (var point = 0; point < 80; point++)
        {
            var m = await MachineLifeTests.ServingFromRootAsync();
            m.Disks["vol-1"] = new ModelDisk("vol-1");
            m.Assignment = MachineLifeTests.MapTo("vol-1");
            if (!await DiesAsync(m, point))
                break;
            if (m.IsRunning)
                continue;
            m.Disks["vol-1"].IsAttached = m.Disks["vol-1"].IsMounted = false; // for good
            m.Reboot();
            await m.SettleAsync();
            m.Orders = new Orders { Rollback = Order("") };
            var verdict = Ordering.Judge(m.Observe(), OrderKind.Rollback);
            var s = await m.SettleAsync();
            m.Assignment = new Assignment.RootDisk();
            s = await m.SettleAsync();
            if (!m.IsRunning)
                bad.Add($"{point} {m.Current.Undertaking}: rollback {verdict}; {s?.Message}");
        }
        Assert.True(bad.Count == 0, string.Join("\n", bad.Select(b => b.Length > 600 ? b[..80] + " … " + b[^400..] : b)));
    }

    [Fact]
    public async Task After_a_move_that_died_late_an_action_leads_on()
    {
        var m = await MachineLifeTests.ServingFromAsync("vol-a");
        m.Disks["vol-b"] = new ModelDisk("vol-b");
        m.DiesLateOn.Add("vol-b");
        m.Assignment = MachineLifeTests.MapTo("vol-b");
        var lines = new List<string> { (await m.SettleAsync())!.Message };
        foreach (var o in new (OrderKind, Orders)[] {
            (OrderKind.Rollback, new Orders { Rollback = Order("") }), (OrderKind.Release, new Orders { Release = Order("") }), (OrderKind.Purge, new Orders { Purge = Order("vol-a") }) })
        {
            m.Orders = o.Item2;
            lines.Add($"{o.Item1}: {Ordering.Judge(m.Observe(), o.Item1)}");
            m.Orders = Orders.None;
        }
        m.Assignment = MachineLifeTests.MapTo("vol-a");
        m.Orders = new Orders { Adopt = Order("vol-a") };
        lines.Add($"map vol-a + adopt vol-a: {Ordering.Judge(m.Observe(), OrderKind.Adopt)} → {(await m.SettleAsync())!.Message}");
        Assert.True(m.IsRunning, string.Join("\n", lines));
    }

    [Fact]
    public async Task After_a_release_an_older_copy_of_the_same_node_waits_for_an_order()
    {
        var m = await MovedAsync();
        m.Assignment = MachineLifeTests.MapTo("vol-a");
        m.Orders = new Orders { Adopt = Order("vol-a") };
        await m.SettleAsync();
        Assert.Equal(RecordState.Released, m.Disks["vol-b"].Record!.State);
        m.Orders = new Orders { Release = Order("") };
        await m.SettleAsync();
        m.Assignment = MachineLifeTests.MapTo("vol-b");
        var s = await m.SettleAsync();
        Assert.True(!m.IsRunning, s?.Message);
    }

    [Fact]
    public async Task An_order_to_discard_does_not_stand_once_the_volume_serves()
    {
        var m = await MachineLifeTests.FreshBesideReleasedAsync("vol-1");
        m.Orders = new Orders { Discard = Order("vol-1") };
        Assert.IsType<OrderVerdict.Allowed>(Ordering.Judge(m.Observe(), OrderKind.Discard)); // not mapped yet
        m.Assignment = MachineLifeTests.MapTo("vol-1");
        var s = await m.SettleAsync();
        Assert.StartsWith("serving from vol-1", s?.Message);
        Assert.True(m.Orders.Discard is null, "the order to discard vol-1 stands while vol-1 serves");
    }
}
