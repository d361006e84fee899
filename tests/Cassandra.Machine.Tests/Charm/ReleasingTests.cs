using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>An operator takes a volume from a unit that stays.</summary>
public sealed class ReleasingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm, machineCount: 2)
{
    [Fact]
    public async Task A_released_volume_stays_down_over_a_reboot_and_another_unit_serves_its_rows()
    {
        var (old, volume) = await MovedUnitAsync();
        await old.Client.StopAsync(Ct);
        var rows = await old.Client.DigestAsync(Ct);

        var action = await old.Juju.RunActionAsync("release-volume");
        Assert.True(action.Completed, action.Message);
        await UpdateStatusAsync(old);
        await old.ShowsAsync(Released, ct: Ct);
        Assert.False(await new VolumeOn(old, A).IsMountedAsync());

        // Neither a boot, nor a hand, nor a repeated order brings it back, mounts it, or writes to it.
        var bytes = await volume.HashAsync(Ct);
        await old.Machine.RebootAsync(Ct);
        await old.Machine.RunAsync("systemctl", ["start", "cassandra"], ct: Ct);
        Assert.True((await old.Juju.RunActionAsync("release-volume")).Completed);
        await UpdateStatusAsync(old);
        await old.ShowsAsync(Released, ct: Ct);
        Assert.NotEqual(0, (await old.Machine.RunAsync("pgrep", ["-u", "cassandra"], ct: Ct)).ExitCode);
        Assert.False(await new VolumeOn(old, A).IsMountedAsync());
        Assert.Equal(bytes, await volume.HashAsync(Ct));

        await old.Machine.DetachAsync(volume, Ct);
        await AnotherServesTheRowsAsync(old, volume, rows);
    }

    [Fact]
    public async Task Two_units_that_released_their_volumes_serve_each_from_the_others()
    {
        var (first, second) = (await ServingUnitAsync(), await FreshUnitAsync());
        var (a, b) = (await BlankAsync(A), await BlankAsync(B));
        await ServesFromAsync(first, a);
        await ServesFromAsync(second, b);
        await second.Client.WriteAsync(200, Ct);
        await first.Client.StopAsync(Ct);
        var (rowsOnA, rowsOnB) = (await first.Client.DigestAsync(Ct), await second.Client.DigestAsync(Ct));

        foreach (var (unit, volume) in new[] { (first, a), (second, b) })
        {
            Assert.True((await unit.Juju.RunActionAsync("release-volume")).Completed);
            await UpdateStatusAsync(unit);
            await unit.ShowsAsync($"blocked: {volume.Bus.Serial} is released", ct: Ct);
            await unit.Machine.DetachAsync(volume, Ct);
        }
        await ServesFromAsync(first, b);
        await ServesFromAsync(second, a);

        // Each client's record lies on its machine, the rows are now on the other.
        var (of1, of2) = (await first.Client.ReadRecordAsync(Ct), await second.Client.ReadRecordAsync(Ct));
        await first.Client.WriteRecordAsync(of2, Ct);
        await second.Client.WriteRecordAsync(of1, Ct);
        Assert.Equal((rowsOnB, rowsOnA), (await first.Client.DigestAsync(Ct), await second.Client.DigestAsync(Ct)));
    }

    private static async Task ServesFromAsync(CassandraUnit unit, Disk volume)
    {
        await AttachAsync(unit, volume);
        await unit.MapAsync(volume.Bus.Serial);
        await unit.ShowsAsync($"active: serving from {volume.Bus.Serial} (xfs, ", ct: Ct);
    }

    private const string Released = $"blocked: {A} is released and may be detached; Cassandra is down; ";
}

/// <summary>Old data is deleted only where it lives on elsewhere, and its volume is then used again.</summary>
public sealed class PurgingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    [Fact]
    public async Task Back_on_the_old_volume_without_loss_leads_over_a_purge_and_not_over_a_rollback()
    {
        var unit = await ServingUnitAsync();
        var device = await AttachAsync(unit, await BlankAsync());
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        var filesystem = await UuidAsync(unit, device);
        await RefusedAsync(unit, "purge-old-data", $"{A} is what {unit.Name} serves from; nothing is deleted", ("volume", A));

        await AttachAsync(unit, await BlankAsync(B));
        await unit.MapAsync(B);
        await unit.ShowsAsync($"active: serving from {B} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        await RefusedAsync(unit, "rollback-volume", $"Cassandra has served from {B} since the switch: what was written there would be lost");
        await unit.MapAsync(A);
        await unit.ShowsAsync($"blocked: {A}: refused, its data was copied on to {B} and is older than that; still serving from {B}", ct: Ct);
        Assert.Contains($"run the action purge-old-data volume={A}", await unit.StatusAsync(), StringComparison.Ordinal);

        var purge = await unit.Juju.RunActionAsync("purge-old-data", ("volume", A));
        Assert.True(purge.Completed, purge.Message);
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        Assert.Equal(filesystem, await UuidAsync(unit, device));
        await unit.Client.GoesOnAsync(ct: Ct);

        // The root disk's tree came to A by way of B.
        Assert.True((await unit.Juju.RunActionAsync("purge-old-data", ("path", "/var/lib/cassandra"))).Completed);
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        Assert.Equal("", await unit.RunAsync("find", "/var/lib/cassandra/data", "/var/lib/cassandra/commitlog", "-mindepth", "1"));
        await RefusedAsync(unit, "purge-old-data", "/var/lib/cassandra was purged already", ("path", "/var/lib/cassandra"));
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    private static async Task RefusedAsync(CassandraUnit unit, string action, string because, params (string, string)[] parameters)
    {
        var answer = await unit.Juju.RunActionAsync(action, parameters);
        Assert.False(answer.Completed);
        Assert.StartsWith(because, answer.Message, StringComparison.Ordinal);
    }

    private static async Task<string> UuidAsync(CassandraUnit unit, string device) =>
        (await unit.RunAsync("blkid", "-p", "-o", "value", "-s", "UUID", $"{device}1")).Trim();
}
