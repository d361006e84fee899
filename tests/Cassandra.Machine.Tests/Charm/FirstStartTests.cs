using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>Where a unit starts for the first time is decided before it starts.</summary>
public sealed class FirstStartTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    private const string Log = "/var/log/cassandra/system.log";

    [Fact]
    public async Task A_unit_deployed_with_a_map_is_first_started_on_its_volume_and_never_before()
    {
        var unit = await FreshUnitAsync();
        await NeverStartedAsync(unit);
        await UpdateStatusAsync(unit);
        await NeverStartedAsync(unit);

        await AttachAsync(unit, await BlankAsync());
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        Assert.Equal("", await FilesBelowAsync(unit, "/var/lib/cassandra"));
        await unit.Client.WriteAsync(20, Ct);
    }

    [Fact]
    public async Task A_node_that_answers_only_after_the_hook_has_ended_is_asked_who_it_is()
    {
        if (!await IsStandInAsync())
            Assert.Skip("only the stand-in can be told how long to take; the real one takes so long by itself");
        var unit = await FreshUnitAsync();
        await unit.Machine.WriteFileAsync("/etc/cassandra/stand-in.properties", "cql_port_delay_ms=40000\n", ct: Ct);
        await AttachAsync(unit, await BlankAsync());
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        Assert.Contains(await unit.Juju.StatusHistoryAsync(Ct), entry => entry.Message.StartsWith("starting Cassandra", StringComparison.Ordinal));

        var record = await new VolumeOn(unit, A).RecordAsync();
        var hostId = (await unit.RunAsync("nodetool", "info")).Split('\n').Single(line => line.StartsWith("ID ", StringComparison.Ordinal));
        Assert.EndsWith(record["node"]!["host-id"]!.GetValue<string>(), hostId.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal("active", (await unit.RunAsync("systemctl", "is-active", "cassandra-charm-heartbeat.timer")).Trim());
        await unit.Client.WriteAsync(20, Ct);
    }

    [Fact]
    public async Task None_in_the_map_means_the_root_disk()
    {
        var unit = await FreshUnitAsync();
        await unit.MapAsync("none");
        await unit.ShowsAsync("active: serving from the root disk (", ct: Ct);
        await unit.Client.WriteAsync(20, Ct);
    }

    [Fact]
    public async Task Without_a_map_and_without_leave_to_use_the_root_disk_nothing_is_started()
    {
        var unit = await FreshUnitAsync();
        await unit.ConfigureAsync("volume-ephemeral-storage", "false");
        await unit.MapAsync(null);
        await unit.ShowsAsync("blocked: volume-map", ct: Ct);
        await NeverStartedAsync(unit);

        await unit.ConfigureAsync("volume-ephemeral-storage", "true");
        await unit.ShowsAsync("active: serving from the root disk (", ct: Ct);
        await unit.Client.WriteAsync(20, Ct);
    }

    [Fact]
    public async Task A_map_of_other_units_starts_nothing()
    {
        var unit = await FreshUnitAsync();
        await unit.ConfigureAsync(CassandraUnit.VolumeMap, "{cassandra/0: vol-00000091, cassandra/1: vol-00000092}");
        await unit.ShowsAsync("blocked: volume-map names cassandra/0, cassandra/1; this is cassandra/5", ct: Ct);
        await NeverStartedAsync(unit);
    }

    [Fact]
    public async Task A_refused_volume_starts_nothing()
    {
        var unit = await FreshUnitAsync();
        var volume = await BlankAsync();
        volume.Write(VolumeBytes / 2, [1]);
        await AttachAsync(unit, volume);
        await RefusesAsync(unit, volume, "");
        await NeverStartedAsync(unit);
    }

    private static async Task NeverStartedAsync(CassandraUnit unit)
    {
        Assert.NotEqual(0, (await unit.Machine.RunAsync("test", ["-e", Log], ct: Ct)).ExitCode);
        Assert.Equal("", await FilesBelowAsync(unit, "/var/lib/cassandra"));
        Assert.NotEqual(0, (await unit.Machine.RunAsync("pgrep", ["-u", "cassandra"], ct: Ct)).ExitCode);
    }

    // The native library's cache is unpacked into the user's home wherever the data is.
    private static Task<string> FilesBelowAsync(CassandraUnit unit, string directory) =>
        unit.RunAsync("find", directory, "-path", "*/.cache", "-prune", "-o", "-type", "f", "-print");
}
