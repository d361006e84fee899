using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>The machine goes down and comes back, with its volume and without.</summary>
public sealed class RebootingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    [Fact]
    public async Task With_its_volume_Cassandra_is_back_by_systemd_alone()
    {
        var unit = await ServingFromAsync(await BlankAsync());
        // What the charm does after a reboot is its "start" hook; systemd must not need it.
        await unit.RunAsync("systemctl", "disable", AgentOf(unit));
        await unit.Machine.RebootAsync(Ct);
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);

        await unit.RunAsync("systemctl", "enable", "--now", AgentOf(unit));
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
    }

    [Fact]
    public async Task Without_its_volume_Cassandra_stays_down_and_the_machine_can_be_reached()
    {
        var volume = await BlankAsync();
        var unit = await ServingFromAsync(volume);
        await unit.Machine.ShutdownAsync(Ct);
        await unit.Machine.BootAsync([], Ct);
        await unit.ShowsAsync($"blocked: {A} is missing; Cassandra is down; ", ct: Ct);
        await CassandraIsDownAsync(unit);
        Assert.False(await new VolumeOn(unit, A).HasContentAsync());

        // Nothing that an operator tries in between starts a second, empty node.
        await unit.Machine.RunAsync("systemctl", ["start", "cassandra"], ct: Ct);
        await CassandraIsDownAsync(unit);
        Assert.False(await new VolumeOn(unit, A).HasContentAsync());

        await AttachAsync(unit, volume);
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task Taken_away_under_a_running_node_and_replaced_by_a_blank_one_nothing_is_started_anew()
    {
        var first = await BlankAsync();
        var unit = await ServingFromAsync(first);
        await unit.Client.StopAsync(Ct);
        await unit.RunAsync("sync");
        await unit.Machine.DetachAsync(first, Ct);

        var second = await BlankAsync(B);
        await AttachAsync(unit, second);
        var blank = await second.HashAsync(Ct);
        await unit.MapAsync(B);
        await unit.ShowsAsync($"blocked: {A} is missing; Cassandra is down; ", ct: Ct);
        await CassandraIsDownAsync(unit);
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"blocked: {A} is missing; Cassandra is down; ", ct: Ct);
        Assert.Equal(blank, await second.HashAsync(Ct));

        // A disk pulled from under its files alarms the stand-in, and is this test's doing.
        await unit.RunAsync("rm", "-f", ClosingChecks.Alarms);
        await unit.MapAsync(A); // before it is there: with B in the map the data would move on to B
        await unit.ShowsAsync($"blocked: {A} is missing; Cassandra is down; ", ct: Ct);
        await AttachAsync(unit, first);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task A_power_cut_of_a_serving_node_loses_nothing()
    {
        var unit = await ServingFromAsync(await DiskAsync(new DiskBus.VirtioBlk(A), VolumeBytes, DiskFormat.Qcow2));
        await unit.Machine.PowerCutAsync();
        await unit.Machine.BootAsync(ct: Ct);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    private async Task<CassandraUnit> ServingFromAsync(Disk volume)
    {
        var unit = await ServingUnitAsync();
        await AttachAsync(unit, volume);
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        return unit;
    }

    private static string AgentOf(CassandraUnit unit) => $"jujud-{unit.Machine.Name}.service";

    private static async Task CassandraIsDownAsync(CassandraUnit unit) =>
        Assert.NotEqual(0, (await unit.Machine.RunAsync("pgrep", ["-u", "cassandra"], ct: Ct)).ExitCode);
}
