using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>A volume is enlarged in the cloud while a unit serves from it. What crashes do is in <see cref="CrashTests"/>.</summary>
public sealed class GrowingLifeTests
{
    private const string Volume = "vol-1";

    [Fact]
    public async Task All_of_it_is_used_by_the_next_hook_without_a_start_of_the_node()
    {
        var machine = await EnlargedAsync();
        var starts = machine.Starts;

        Assert.Equal(UnitState.Active, (await machine.HookAsync())?.State);

        Assert.True(machine.Disks[Volume].IsGrown);
        Assert.Equal(starts, machine.Starts);
        Assert.Null(machine.Current.Growing);
        MachineLifeTests.NothingIsLost(machine);
    }

    [Fact]
    public async Task What_cannot_be_grown_serves_on_and_says_so_and_is_tried_again()
    {
        var machine = await EnlargedAsync();
        machine.GrowFails = "sfdisk failed";

        var status = await machine.SettleAsync();

        Assert.Equal(UnitState.Active, status?.State);
        Assert.StartsWith("serving from vol-1 (", status?.Message, StringComparison.Ordinal);
        Assert.EndsWith("its disk was enlarged, and that cannot be used: sfdisk failed; will be tried again by the next hook", status?.Message, StringComparison.Ordinal);
        MachineLifeTests.NothingIsLost(machine);

        machine.GrowFails = "";
        Assert.DoesNotContain("enlarged", (await machine.SettleAsync())!.Message, StringComparison.Ordinal);
        Assert.True(machine.Disks[Volume].IsGrown);
    }

    [Fact]
    public async Task What_cannot_be_grown_can_be_released()
    {
        var machine = await EnlargedAsync();
        machine.GrowFails = "sfdisk failed";
        await machine.SettleAsync();
        machine.Orders = new Orders { Release = new Order("", "", machine.Now) };

        await machine.SettleAsync();

        Assert.False(machine.IsRunning);
        Assert.Equal((RecordState.Released, false), (machine.Disks[Volume].Record!.State, machine.Disks[Volume].IsMounted));
    }

    [Fact]
    public async Task What_cannot_be_grown_can_be_moved_away_from_and_is_then_forgotten()
    {
        var machine = await EnlargedAsync();
        machine.GrowFails = "sfdisk failed";
        await machine.SettleAsync();
        machine.GrowFails = "";
        machine.Disks["vol-b"] = new ModelDisk("vol-b");
        machine.Assignment = MachineLifeTests.MapTo("vol-b");

        await machine.SettleAsync();

        Assert.Same(machine.Disks["vol-b"].Tree, machine.RunningOn);
        Assert.Null(machine.Current.Growing);
        Assert.False(machine.Disks[Volume].IsGrown);
        MachineLifeTests.NothingIsLost(machine);
    }

    [Fact]
    public async Task A_cut_table_is_mended_before_the_volume_is_mounted_by_it()
    {
        var machine = await CutAsync();
        machine.Reboot();
        Assert.False(machine.IsRunning);

        Assert.Equal(UnitState.Active, (await machine.SettleAsync())?.State);

        Assert.True(machine.Disks[Volume].IsGrown);
        MachineLifeTests.NothingIsLost(machine);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cut_table_that_cannot_be_mended_keeps_the_node_down_only_where_nothing_is_mounted(bool reboot)
    {
        var machine = await CutAsync();
        if (reboot)
            machine.Reboot();
        machine.GrowFails = "sfdisk failed";

        var status = await machine.SettleAsync();

        Assert.Equal(UnitStatus.Blocked("vol-1: sfdisk failed; will be tried again by the next hook"), status);
        Assert.Equal(!reboot, machine.IsRunning);
    }

    [Fact]
    public async Task A_unit_that_goes_leaves_no_cut_table_behind()
    {
        var machine = await CutAsync();
        machine.Occasion = Occasion.Stop;

        await machine.SettleAsync();

        Assert.False(machine.Disks[Volume].IsCut);
        Assert.Equal(RecordState.Released, machine.Disks[Volume].Record!.State);
    }

    [Fact]
    public async Task On_hold_nothing_is_written()
    {
        var machine = await EnlargedAsync();
        machine.Orders = new Orders { Hold = new Order("", "", machine.Now) };
        await machine.SettleAsync();
        Assert.False(machine.Disks[Volume].IsGrown);

        var cut = await CutAsync();
        cut.Orders = new Orders { Hold = new Order("", "", machine.Now) };
        await cut.SettleAsync();
        Assert.True(cut.Disks[Volume].IsCut);
    }

    [Fact]
    public async Task A_bad_map_grows_nothing()
    {
        var machine = await EnlargedAsync();
        machine.Assignment = new Assignment.Invalid("not a map");
        await machine.SettleAsync();
        Assert.False(machine.Disks[Volume].IsGrown);
    }

    [Fact]
    public async Task A_disk_enlarged_again_meanwhile_is_used_to_its_last_end()
    {
        var machine = await CutAsync();
        machine.Disks[Volume].Enlarge();

        await machine.SettleAsync();

        Assert.True(machine.Disks[Volume].IsGrown);
        Assert.Null(machine.Current.Growing);
    }

    [Fact]
    public async Task An_enlarged_disk_that_is_another_units_by_its_record_is_not_written_to()
    {
        var machine = await EnlargedAsync();
        var disk = machine.Disks[Volume];
        disk.Record = disk.Record! with { Owner = machine.Self with { Unit = "cassandra/7" } };
        await machine.SettleAsync();
        Assert.False(disk.IsGrown);
        Assert.False(disk.WasViolated);
    }

    private static async Task<ModelMachine> EnlargedAsync()
    {
        var machine = await MachineLifeTests.ServingFromAsync(Volume);
        machine.Disks[Volume].Enlarge();
        return machine;
    }

    /// <summary>The charm died while it wrote the table; the node runs on.</summary>
    private static async Task<ModelMachine> CutAsync()
    {
        for (var at = 0; ; at++)
        {
            var machine = await EnlargedAsync();
            machine.CrashAt = 2 * machine.EffectCount + at;
            await Assert.ThrowsAsync<CrashException>(machine.HookAsync);
            if (machine.Disks[Volume].IsCut)
                return machine;
        }
    }
}
