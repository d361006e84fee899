using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>The service is destroyed; its volumes are not.</summary>
public sealed class RemovingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    private const string Note = "operators-note";

    [Fact]
    public async Task The_volume_is_left_unmounted_released_and_whole_and_nothing_of_ours_stays_behind()
    {
        var (unit, volume) = await MovedUnitAsync();
        var on = new VolumeOn(unit, A);
        await unit.RunAsync("cp", "/usr/bin/bash", $"{on.MountPoint}/{Note}");
        var note = await unit.RunAsync("sha256sum", "/usr/bin/bash");
        await unit.Client.StopAsync(Ct);
        await unit.Juju.RemoveAsync(ct: Ct);

        Assert.False(await on.IsMountedAsync());
        Assert.NotEqual(0, (await unit.Machine.RunAsync("pgrep", ["-u", "cassandra"], ct: Ct)).ExitCode);
        await NothingOfOursStaysAsync(unit);
        await UnitCannotComeBackAsync(unit);

        var device = (await unit.RunAsync("readlink", "-f", $"/dev/disk/by-id/virtio-{A}-part1")).Trim();
        await unit.RunAsync("xfs_repair", "-n", device);
        await WithMountedAsync(unit, device, async at =>
        {
            Assert.Contains("\"released\"", await unit.RunAsync("cat", $"{at}/.cassandra-charm.json"), StringComparison.Ordinal);
            Assert.Equal(note.Split(' ')[0], (await unit.RunAsync("sha256sum", $"{at}/{Note}")).Split(' ')[0]);
        });
        Assert.NotNull(volume.Machine);
    }

    [Fact]
    public async Task A_volume_in_use_is_never_unmounted_by_force_and_never_marked_as_released()
    {
        var (unit, _) = await MovedUnitAsync();
        var on = new VolumeOn(unit, A);
        await unit.RunAsync("systemd-run", "--quiet", "--unit=operator", $"--working-directory={on.MountPoint}", "sleep", "infinity");
        await unit.Client.StopAsync(Ct);
        await unit.Juju.RemoveAsync(ct: Ct);

        Assert.True(await on.IsMountedAsync());
        Assert.Equal("active", (await unit.RunAsync("systemctl", "is-active", "operator")).Trim());
        Assert.Equal("serving", await on.StateAsync());
    }

    private static async Task NothingOfOursStaysAsync(CassandraUnit unit)
    {
        var units = await unit.RunAsync("systemctl", "list-unit-files", "--no-legend", "--plain");
        Assert.DoesNotContain("charm", units, StringComparison.Ordinal);
        Assert.DoesNotContain("srv-cassandra", units, StringComparison.Ordinal);
        var loaded = await unit.RunAsync("systemctl", "list-units", "--all", "--no-legend", "--plain");
        Assert.DoesNotContain("cassandra-charm", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("srv-cassandra", loaded, StringComparison.Ordinal);
        foreach (var place in (string[])["/etc/systemd/system", "/run/systemd", "/etc/udev/rules.d", "/etc/cron.d", "/usr/sbin/policy-rc.d"])
        {
            var left = (await unit.Machine.RunAsync("grep", ["-rlsI", "cassandra-charm\\|/srv/cassandra", place], ct: Ct)).StdOut;
            Assert.Equal("", left);
        }
        Assert.NotEqual(0, (await unit.Machine.RunAsync("pgrep", ["-f", "cassandra-charm"], ct: Ct)).ExitCode);
    }

    /// <summary>What nothing guards any more must not start with the machine.</summary>
    private static async Task UnitCannotComeBackAsync(CassandraUnit unit) =>
        Assert.NotEqual("enabled", (await unit.Machine.RunAsync("systemctl", ["is-enabled", "cassandra"], ct: Ct)).StdOut.Trim());
}

/// <summary>The service is destroyed and deployed again, on another machine, mapped to the old volume.</summary>
public sealed class RedeployingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm, machineCount: 2)
{
    [Fact]
    public async Task A_new_service_mapped_to_the_old_volume_serves_the_old_rows()
    {
        var (old, volume) = await MovedUnitAsync();
        await old.Client.StopAsync(Ct);
        var rows = await old.Client.DigestAsync(Ct);
        await old.Juju.RemoveAsync(ct: Ct);
        await old.Machine.DetachAsync(volume, Ct);

        await AnotherServesTheRowsAsync(old, volume, rows);
    }
}
