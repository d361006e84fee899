using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.StandIn;

/// <summary>How the package behaves under systemd: what a charm must know and must not be spared by a stand-in. The same
/// tests run on the stand-in and on a real package.</summary>
public abstract class ServiceTraits(LabFixture lab) : MachineTest(lab)
{
    [Fact]
    public async Task Installing_makes_the_user_enables_and_starts_it_and_the_first_start_founds_the_test_cluster()
    {
        var cassandra = await InstalledAsync();
        await cassandra.ServesAsync();

        Assert.Matches("^cassandra:x:[0-9]+:[0-9]+:.*:/var/lib/cassandra:/usr/sbin/nologin$", await cassandra.OutputAsync("getent", "passwd", "cassandra"));
        Assert.Equal("cassandra:cassandra", await cassandra.OutputAsync("stat", "--format=%U:%G", "/var/lib/cassandra/data"));
        Assert.Equal("cassandra:cassandra", await cassandra.OutputAsync("stat", "--format=%U:%G", "/var/log/cassandra"));
        Assert.Equal("forking", await cassandra.PropertyAsync("Type"));
        Assert.Equal("yes", await cassandra.PropertyAsync("RemainAfterExit"));
        Assert.Equal("process", await cassandra.PropertyAsync("KillMode"));
        Assert.Equal("no", await cassandra.PropertyAsync("Restart"));
        Assert.Equal("generated", await cassandra.PropertyAsync("UnitFileState"));
        Assert.NotEqual("", await cassandra.OutputAsync("find", "/etc/rc2.d", "-name", "S*cassandra"));
        Assert.Equal("Test Cluster\n", (await cassandra.QueryAsync("SELECT cluster_name FROM system.local")).StdOut);
        Assert.True(await cassandra.ExistsAsync("/etc/security/limits.d/cassandra.conf"));
        Assert.Equal("1048575", await cassandra.OutputAsync("sysctl", "--values", "vm.max_map_count"));

        var java = Assert.Single(await cassandra.JavaAsync());
        await cassandra.EventuallyAsync("the pid file names Java", async () =>
            (await cassandra.RunAsync("cat", "/var/run/cassandra/cassandra.pid")).StdOut.Trim() == $"{java}");
        var command = (await cassandra.ReadAsync($"/proc/{java}/cmdline")).Replace('\0', ' ');
        Assert.Contains("-Dcassandra-pidfile=/var/run/cassandra/cassandra.pid ", command, StringComparison.Ordinal);
        Assert.Contains("org.apache.cassandra.service.CassandraDaemon", command, StringComparison.Ordinal);
        Assert.Matches("Max open files +100000 ", await cassandra.ReadAsync($"/proc/{java}/limits"));
        Assert.True(await cassandra.ExistsAsync("/var/lib/cassandra/.cache/JNA"));
        Assert.Contains("UN  127.0.0.1", await cassandra.OutputAsync("nodetool", "status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_rc_d_and_a_mask_keep_the_installation_clean()
    {
        var cassandra = await MachineAsync();
        await cassandra.WriteFileAsync("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", Convert.ToInt32("755", 8));
        await cassandra.InstallAsync();
        Assert.Empty(await cassandra.JavaAsync());
        Assert.Equal("", await cassandra.OutputAsync("find", "/var/lib/cassandra", "-mindepth", "1"));

        await cassandra.MustAsync("rm", "/usr/sbin/policy-rc.d");
        await cassandra.MustAsync("dpkg", "--purge", "cassandra");
        await cassandra.MustAsync("systemctl", "mask", "cassandra.service");
        await cassandra.InstallAsync();
        Assert.Empty(await cassandra.JavaAsync());
        Assert.Equal("", await cassandra.OutputAsync("find", "/var/lib/cassandra", "-mindepth", "1"));

        await cassandra.MustAsync("systemctl", "unmask", "cassandra.service");
        await cassandra.MustAsync("systemctl", "start", "cassandra.service");
        await cassandra.ServesAsync();
    }

    [Fact]
    public async Task A_dead_service_is_called_active_and_only_a_restart_brings_it_back()
    {
        var cassandra = await InstalledAsync();
        await cassandra.ServesAsync();
        await cassandra.MustAsync("kill", "-KILL", $"{Assert.Single(await cassandra.JavaAsync())}");
        await cassandra.IsGoneAsync();

        Assert.Equal("active", await cassandra.OutputAsync("systemctl", "is-active", "cassandra"));
        Assert.Equal("exited", await cassandra.PropertyAsync("SubState"));
        Assert.Equal(0, (await cassandra.RunAsync("/etc/init.d/cassandra", "status")).ExitCode);
        await cassandra.MustAsync("systemctl", "start", "cassandra");
        Assert.Empty(await cassandra.JavaAsync());
        Assert.Equal(1, (await cassandra.RunAsync("nodetool", "status")).ExitCode);

        await cassandra.MustAsync("systemctl", "restart", "cassandra");
        await cassandra.ServesAsync();
    }

    [Fact]
    public async Task A_start_that_fails_a_moment_later_has_succeeded_and_the_log_says_why()
    {
        var cassandra = await InstalledAsync();
        await cassandra.ServesAsync();
        await cassandra.SetAsync("cluster_name", "other");

        await cassandra.MustAsync("systemctl", "restart", "cassandra");
        await cassandra.EventuallyAsync("the log has the reason", async () =>
            (await cassandra.LastErrorAsync()).Contains("Saved cluster name Test Cluster != configured name other", StringComparison.Ordinal));

        await cassandra.IsGoneAsync();
        Assert.Equal("active", await cassandra.OutputAsync("systemctl", "is-active", "cassandra"));
    }

    [Fact]
    public async Task A_stop_just_after_a_start_leaves_java_running_and_a_second_daemon_dies_of_the_first_ones_port()
    {
        var cassandra = await InstalledAsync();
        await cassandra.ServesAsync();
        await cassandra.MustAsync("systemctl", "stop", "cassandra");
        await cassandra.IsGoneAsync();
        await cassandra.DelayPidFileAsync();

        await cassandra.MustAsync("systemctl", "start", "cassandra");
        await cassandra.MustAsync("systemctl", "stop", "cassandra");

        Assert.Equal("inactive", (await cassandra.RunAsync("systemctl", "is-active", "cassandra")).StdOut.Trim());
        await cassandra.ServesAsync();
        var first = Assert.Single(await cassandra.JavaAsync());
        await cassandra.MustAsync("rm", "--force", "/var/run/cassandra/cassandra.pid");

        await cassandra.MustAsync("systemctl", "start", "cassandra");
        await cassandra.EventuallyAsync("the second has come and gone", async () =>
            (await cassandra.LastErrorAsync()).Contains("7199", StringComparison.Ordinal) && (await cassandra.JavaAsync()).Length == 1);
        Assert.Equal([first], await cassandra.JavaAsync());
        Assert.Equal(0, (await cassandra.QueryAsync("SELECT key FROM system.local")).ExitCode);
    }

    [Fact]
    public async Task Reinstalling_and_upgrading_restart_it_and_removing_leaves_what_is_somebodys()
    {
        var cassandra = await InstalledAsync();
        await cassandra.ServesAsync();
        await cassandra.WriteRowsAsync(30);
        var first = Assert.Single(await cassandra.JavaAsync());
        await cassandra.WriteFileAsync("/etc/cassandra/cassandra-rackdc.properties", "dc=mine\nrack=mine\n");

        await cassandra.InstallAsync();
        await cassandra.EventuallyAsync("another process serves", async () =>
            await cassandra.JavaAsync() is [var second] && second != first);
        await cassandra.ServesAsync();
        Assert.Equal("acknowledged 27, present 27, lost 0", await cassandra.VerifyAsync());
        Assert.Equal("dc=mine\nrack=mine\n", await cassandra.ReadAsync("/etc/cassandra/cassandra-rackdc.properties"));

        await cassandra.MustAsync("dpkg", "--remove", "cassandra");
        await cassandra.IsGoneAsync();
        Assert.True(await cassandra.ExistsAsync("/etc/cassandra/cassandra.yaml"));
        await cassandra.MustAsync("dpkg", "--purge", "cassandra");
        Assert.False(await cassandra.ExistsAsync("/etc/cassandra/cassandra.yaml"));
        Assert.True(await cassandra.ExistsAsync("/var/lib/cassandra/data"));
        Assert.True(await cassandra.ExistsAsync("/var/log/cassandra/system.log"));
        await cassandra.MustAsync("getent", "passwd", "cassandra");
    }

    [Fact]
    public async Task A_drop_in_can_forbid_the_start()
    {
        var cassandra = await InstalledAsync();
        await cassandra.ServesAsync();
        await cassandra.MustAsync("systemctl", "stop", "cassandra");
        await cassandra.WriteFileAsync("/etc/systemd/system/cassandra.service.d/guard.conf", "[Service]\nExecStartPre=/bin/false\n");
        await cassandra.MustAsync("systemctl", "daemon-reload");

        Assert.NotEqual(0, (await cassandra.RunAsync("systemctl", "start", "cassandra")).ExitCode);
        Assert.NotEqual(0, (await cassandra.RunAsync("/etc/init.d/cassandra", "start")).ExitCode);
        Assert.Empty(await cassandra.JavaAsync());
    }

    [Fact]
    public async Task A_host_name_that_does_not_resolve_ends_the_start()
    {
        var cassandra = await InstalledAsync();
        await cassandra.ServesAsync();
        await cassandra.MustAsync("hostname", "nameless.invalid");

        await cassandra.MustAsync("systemctl", "restart", "cassandra");

        await cassandra.EventuallyAsync("the log has the reason", async () =>
            (await cassandra.LastErrorAsync()).Contains("nameless.invalid", StringComparison.Ordinal));
        await cassandra.IsGoneAsync();
    }

    [Fact]
    public async Task Acknowledged_writes_outlive_a_power_cut_and_the_reboot_starts_it()
    {
        var cassandra = await InstalledAsync();
        await cassandra.ServesAsync();
        await cassandra.WriteRowsAsync(200);

        await cassandra.Machine.PowerCutAsync();
        await cassandra.Machine.BootAsync(ct: Ct);

        await cassandra.ServesAsync();
        Assert.Equal("acknowledged 180, present 180, lost 0", await cassandra.VerifyAsync());
    }

    /// <summary>The package whose traits these are.</summary>
    protected abstract Task<CassandraPackage> PackageAsync();

    /// <summary>A machine that can carry it.</summary>
    private async Task<CassandraMachine> MachineAsync()
    {
        var package = await PackageAsync();
        var options = new MachineOptions { MemoryMiB = package.MemoryMiB, ExtraPackages = package.GuestPackages };
        return new CassandraMachine(await StartAsync(options), package, Ct);
    }

    private protected async Task<CassandraMachine> InstalledAsync()
    {
        var cassandra = await MachineAsync();
        await cassandra.InstallAsync();
        return cassandra;
    }
}
