using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>The map was set before; the volume comes while nothing happens in the model.</summary>
public sealed class LateVolumeTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_volume_attached_to_an_idle_unit_is_taken_within_ten_seconds_without_any_hook()
    {
        var unit = await ServingUnitAsync();
        await unit.MapAsync(A);
        await unit.ShowsAsync($"waiting: {A} is not attached; still serving from the root disk", ct: Ct);
        var hooks = await HooksAsync(unit);

        await AttachAsync(unit, await BlankAsync());
        await unit.Juju.WaitForStatusAsync(status => status.Workload.State == "maintenance", Promised, Ct);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);

        Assert.Equal(hooks, await HooksAsync(unit));
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task The_disks_that_a_machine_boots_with_call_nobody_and_one_that_comes_afterwards_does()
    {
        var (unit, _) = await MovedUnitAsync();
        await unit.Machine.RebootAsync(Ct);
        await unit.Client.StartAsync(Ct);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        Assert.Equal("", await CallsAsync(unit));

        await AttachAsync(unit, await BlankAsync(B));
        await AttachAsync(unit, await BlankAsync("vol-00000083"));
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        var calls = await CallsAsync(unit);
        Assert.Contains("disk vdc", calls, StringComparison.Ordinal);
        Assert.Contains("disk vdd", calls, StringComparison.Ordinal);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task Preparing_a_volume_calls_the_unit_once_and_not_again_for_what_it_writes_itself()
    {
        var unit = await ServingUnitAsync();
        await unit.MapAsync(A);
        await AttachAsync(unit, await BlankAsync());
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.RunAsync("udevadm", "settle");
        Assert.Single((await CallsAsync(unit)).Split('\n'), line => line.Contains("Starting", StringComparison.Ordinal));
    }

    private static async Task<int> HooksAsync(CassandraUnit unit) => (await unit.Juju.RunsAsync(Ct)).Count(run => run.Kind == "hook");

    /// <summary>What systemd says in this boot of the calls that udev asked for.</summary>
    private static async Task<string> CallsAsync(CassandraUnit unit)
    {
        await unit.RunAsync("journalctl", "--sync");
        return (await unit.RunAsync(
            "journalctl", "--boot", "--quiet", "--output=cat", "--unit=cassandra-charm-attached@*.service")).Trim();
    }
}
