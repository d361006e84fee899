namespace Cassandra.Lab.Tests.StandIn;

public sealed class NodeLifeTests
{
    [Fact]
    public async Task A_first_start_makes_its_directories_and_an_identity_that_later_starts_keep()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        var hostId = node.HostId();
        Assert.Contains($"Directory {node.Data} doesn't exist", node.SystemLog, StringComparison.Ordinal);
        Assert.Contains("No host ID found, created " + hostId, node.SystemLog, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(node.Storage, ".cache", "JNA")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(node.Data, "system", "local-7ad54392bcdd35a684174e047860b377"), "nb-*-big-Data.db"));
        Assert.NotEmpty(Directory.GetFiles(node.CommitLog, "CommitLog-7-*.log"));
        await node.StopAsync();

        await node.StartAsync();

        Assert.Equal(hostId, node.HostId());
        Assert.DoesNotContain("No host ID found", node.SystemLog, StringComparison.Ordinal);
        Assert.False(node.HasAlarms);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Acknowledged_writes_outlive_a_stop_without_a_drain_and_a_kill(bool kill)
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(200, deleteEvery: 5);

        await (kill ? node.KillAsync() : node.StopAsync());
        Assert.Empty(node.SSTableFiles("Data.db"));
        await node.StartAsync();

        var report = node.Verify();
        Assert.Equal((160, 160, 0, 40, 0), (report.Acknowledged, report.Present, report.Lost, report.Deleted, report.Resurrected));
    }

    [Fact]
    public async Task A_drain_moves_all_into_sstables_refuses_writes_and_needs_a_restart()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(100);

        Assert.Equal(0, (await node.NodetoolAsync("drain")).ExitCode);

        Assert.Contains("Mode: DRAINED", (await node.NodetoolAsync("netstats")).Output, StringComparison.Ordinal);
        Assert.False(StandInNode.Answers(node.CqlPort));
        Assert.False(StandInNode.Answers(node.StoragePort));
        Assert.NotEmpty(node.SSTableFiles("Data.db"));
        Assert.NotEqual(0, (await node.NodetoolAsync("enablebinary")).ExitCode);
        await node.StopAsync();
        // Everything mutable may now go: nothing acknowledged is in it.
        foreach (var file in Directory.GetFiles(node.CommitLog))
            File.Delete(file);
        await node.StartAsync();
        Assert.Equal((100, 0), (node.Verify().Present, node.Verify().Lost));
    }

    [Fact]
    public async Task The_storage_port_takes_other_nodes_writes_before_the_cql_port_opens_and_they_are_durable()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(10);
        await node.StopAsync();

        node.Knobs["cql_port_delay_ms"] = "600000";
        await node.LaunchAsync();
        await Eventually.TrueAsync(() => StandInNode.Answers(node.StoragePort), () => node.SystemLog);
        var report = node.Replicate(50);
        Assert.Equal(50, report.Acknowledged);
        Assert.False(StandInNode.Answers(node.CqlPort));
        await node.KillAsync();

        node.Knobs["cql_port_delay_ms"] = "0";
        await node.StartAsync();
        Assert.Equal((60, 0), (node.Verify().Present, node.Verify().Lost));
    }

    [Fact]
    public async Task A_restart_is_possible_at_once_with_clients_connected()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        using var connection = node.Connect();
        connection.Query("SELECT key FROM system.local");

        await node.StopAsync();
        await node.StartAsync();

        Assert.ThrowsAny<IOException>(() => connection.Query("SELECT key FROM system.local"));
    }

    [Fact]
    public async Task A_second_daemon_dies_on_the_management_port_and_leaves_the_first_serving()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(20);
        await using var second = await StandInNode.CreateAsync();
        second.Properties.Add($"-Dcassandra.jmx.local.port={node.JmxPort}");
        second.MoveTo(node.Storage);

        var error = await second.StartAndDieAsync();

        Assert.Contains($"Port already in use: {node.JmxPort}", error, StringComparison.Ordinal);
        node.Write(20);
        Assert.Equal((40, 0), (node.Verify().Present, node.Verify().Lost));
        Assert.False(node.HasAlarms);
    }

    [Fact]
    public async Task Two_daemons_on_one_data_directory_raise_an_alarm()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        await using var second = await StandInNode.CreateAsync();
        second.MoveTo(node.Storage);

        await second.StartAsync();

        Assert.True(second.HasAlarms);
    }

    [Theory]
    [InlineData("before-storage-port", false, false)]
    [InlineData("after-storage-port", true, false)]
    [InlineData("after-cql-port", true, true)]
    public async Task A_knob_makes_it_die_where_a_test_wants_and_only_there(string where, bool storageOpened, bool cqlOpened)
    {
        await using var node = await StandInNode.CreateAsync();
        node.Knobs["die_at"] = where;
        node.Knobs["die_when_data_under"] = node.Storage;
        await node.LaunchAsync();
        await Eventually.TrueAsync(() => node.Ended.IsCompleted, () => node.SystemLog);
        Assert.Contains("told to die here", node.LastError, StringComparison.Ordinal);
        Assert.Equal(storageOpened, node.SystemLog.Contains("Listening on address", StringComparison.Ordinal));
        Assert.Equal(cqlOpened, node.SystemLog.Contains("Starting listening for CQL clients", StringComparison.Ordinal));

        node.Knobs["die_when_data_under"] = "/elsewhere";
        await node.StartAsync();
    }

    [Fact]
    public async Task Nodetool_tells_a_node_that_is_not_there_from_one_that_is_not_ready()
    {
        await using var node = await StandInNode.CreateAsync();
        var (exitCode, output) = await node.NodetoolAsync("status");
        Assert.Equal(1, exitCode);
        Assert.Contains("Connection refused", output, StringComparison.Ordinal);

        node.Knobs["storage_port_delay_ms"] = "600000";
        await node.LaunchAsync();
        await Eventually.TrueAsync(() => StandInNode.Answers(node.JmxPort), () => node.SystemLog);

        (exitCode, output) = await node.NodetoolAsync("status");
        Assert.Equal(2, exitCode);
        Assert.Contains("No nodes present in the cluster. Has this node finished starting up?", output, StringComparison.Ordinal);
        await node.StopAsync();
    }

    [Fact]
    public async Task Nodetool_answers_in_the_real_programs_shape()
    {
        await using var node = await StandInNode.CreateAsync();
        node.Properties.Add("-Dcassandra.stand_in.version=4.1.9");
        await node.StartAsync();
        var hostId = node.HostId();

        Assert.Matches($@"(?m)^UN  127\.0\.0\.1  .*  4       100\.0%            {hostId}  rack1$", (await node.NodetoolAsync("status")).Output);
        Assert.Equal("ReleaseVersion: 4.1.9\n", (await node.NodetoolAsync("version")).Output);
        Assert.Contains("Mode: NORMAL\n", (await node.NodetoolAsync("netstats")).Output, StringComparison.Ordinal);
        Assert.Contains("Name: Test Cluster\n", (await node.NodetoolAsync("describecluster")).Output, StringComparison.Ordinal);
        Assert.Contains($"ID                     : {hostId}\n", (await node.NodetoolAsync("info")).Output, StringComparison.Ordinal);
        Assert.Equal("running\n", (await node.NodetoolAsync("statusbinary")).Output);
        await node.NodetoolAsync("disablebinary");
        Assert.Equal((0, "not running\n"), await node.NodetoolAsync("statusbinary"));
        Assert.Equal("running\n", (await node.NodetoolAsync("statusgossip")).Output);
        Assert.Equal(1, (await node.NodetoolAsync("no-such-command")).ExitCode);
        Assert.Contains("decommission would be pointless", (await node.NodetoolAsync("decommission", "--force")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pid_file_comes_late_and_goes_with_an_orderly_end_only()
    {
        await using var node = await StandInNode.CreateAsync();
        var pidFile = Path.Combine(node.Root, "pid");
        node.Knobs["pid_file_delay_ms"] = "600000";
        await node.StartAsync();
        Assert.False(File.Exists(pidFile));
        await node.StopAsync();

        node.Knobs["pid_file_delay_ms"] = "0";
        await node.StartAsync();
        await Eventually.TrueAsync(() => File.Exists(pidFile) && File.ReadAllText(pidFile) == $"{node.ProcessId}", () => node.SystemLog);
        await node.StopAsync();
        Assert.False(File.Exists(pidFile));

        await node.StartAsync();
        await Eventually.TrueAsync(() => File.Exists(pidFile), () => node.SystemLog);
        await node.KillAsync();
        Assert.True(File.Exists(pidFile));
    }

    [Fact]
    public async Task Another_release_keeps_hard_links_of_the_system_tables_it_found()
    {
        await using var node = await StandInNode.CreateAsync();
        node.Properties.Add("-Dcassandra.stand_in.version=4.1.7");
        await node.StartAsync();
        await node.StopAsync();

        node.Properties.Add("-Dcassandra.stand_in.version=5.0.4");
        await node.StartAsync();

        var snapshots = Path.Combine(node.Data, "system", "local-7ad54392bcdd35a684174e047860b377", "snapshots");
        Assert.EndsWith("-upgrade-4.1.7-5.0.4", Assert.Single(Directory.GetDirectories(snapshots)), StringComparison.Ordinal);
        using var connection = node.Connect();
        Assert.Equal("5.0.4"u8.ToArray(), connection.Query("SELECT release_version FROM system.local").Rows[0][0]);
    }
}
