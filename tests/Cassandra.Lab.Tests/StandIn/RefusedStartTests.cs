namespace Cassandra.Lab.Tests.StandIn;

/// <summary>What stops a start, and with which last ERROR.</summary>
public sealed class RefusedStartTests
{
    private const UnixFileMode None = 0;
    private const UnixFileMode ReadOnly = (UnixFileMode)0b101_101_101;

    [Theory]
    [InlineData("no_such_key", "1", "Please remove properties [no_such_key] from your cassandra.yaml")]
    [InlineData("listen_address", "no-such-host.invalid", "Unknown listen_address 'no-such-host.invalid'")]
    [InlineData("listen_address", "192.0.2.1", "Unable to bind to address")]
    [InlineData("rpc_address", "0.0.0.0", "you must set broadcast_rpc_address")]
    [InlineData("storage_port", "abc", "is not a number")]
    [InlineData("partitioner", "", "Missing directive: partitioner")]
    [InlineData("endpoint_snitch", "NoSuchSnitch", "Unable to find snitch class")]
    [InlineData("seed_provider", "[]", "The seed provider lists no seeds.")]
    [InlineData("data_file_directories", "{", "Invalid yaml")]
    public async Task A_bad_configuration(string key, string value, string reason)
    {
        await using var node = await StandInNode.CreateAsync();
        node.Settings[key] = value;
        if (key == "listen_address")
            node.Settings["seed_provider"] = node.Settings["seed_provider"].Replace("127.0.0.1", value, StringComparison.Ordinal);

        Assert.Contains(reason, await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.0.12", false)]
    [InlineData("4.1.7", true)]
    public async Task Keys_with_units_in_their_values_are_known_since_4_1_only(string version, bool known)
    {
        await using var node = await StandInNode.CreateAsync();
        node.Properties.Add($"-Dcassandra.stand_in.version={version}");
        if (known)
            await node.StartAsync();
        else
            Assert.Contains("[commitlog_segment_size]", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seed_that_does_not_answer_stops_a_first_start_but_not_a_later_one()
    {
        await using var node = await StandInNode.CreateAsync();
        var own = node.Settings["seed_provider"];
        node.Knobs["seed_timeout_ms"] = "100";
        node.Settings["seed_provider"] = own.Replace("127.0.0.1", "127.0.0.9", StringComparison.Ordinal);
        Assert.Contains("Unable to gossip with any peers", await node.StartAndDieAsync(), StringComparison.Ordinal);

        node.Settings["seed_provider"] = own;
        await node.StartAsync();
        await node.StopAsync();
        node.Settings["seed_provider"] = own.Replace("127.0.0.1", "127.0.0.9", StringComparison.Ordinal);
        await node.StartAsync();
    }

    [Fact]
    public async Task Another_cluster_name()
    {
        await using var node = await StartedOnceAsync();
        node.Settings["cluster_name"] = "other";

        Assert.Contains("Saved cluster name Test Cluster != configured name other", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dc2", "rack1", "snitch's data center (dc2) differs from previous data center (datacenter1)", "-Dcassandra.ignore_dc=true")]
    [InlineData("datacenter1", "rack2", "snitch's rack (rack2) differs from previous rack (rack1)", "-Dcassandra.ignore_rack=true")]
    public async Task Another_datacenter_or_rack(string datacenter, string rack, string reason, string wayOut)
    {
        await using var node = await StartedOnceAsync();
        node.Settings["endpoint_snitch"] = "GossipingPropertyFileSnitch";
        await File.WriteAllTextAsync(
            Path.Combine(node.Configuration, "cassandra-rackdc.properties"), $"dc={datacenter}\nrack={rack}\n", TestContext.Current.CancellationToken);
        Assert.Contains(reason, await node.StartAndDieAsync(), StringComparison.Ordinal);

        node.Properties.Add(wayOut);
        await node.StartAsync();
    }

    [Fact]
    public async Task A_decommissioned_node()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        await node.NodetoolAsync("stand-in-decommission");
        Assert.Contains("Mode: DECOMMISSIONED", (await node.NodetoolAsync("netstats")).Output, StringComparison.Ordinal);
        await node.StopAsync();

        Assert.Contains(
            "This node was decommissioned and will not rejoin the ring unless cassandra.override_decommission=true",
            await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_a_newer_release()
    {
        await using var node = await StandInNode.CreateAsync();
        node.Properties.Add("-Dcassandra.stand_in.version=5.0.4");
        node.Settings["storage_compatibility_mode"] = "NONE";
        await node.StartAsync();
        await node.StopAsync();
        Assert.NotEmpty(Directory.GetFiles(node.CommitLog, "CommitLog-8-*.log"));

        node.Properties.Add("-Dcassandra.stand_in.version=4.1.7");
        node.Settings.Remove("storage_compatibility_mode");

        Assert.Contains("Detected unreadable sstables", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_made()
    {
        await using var node = await StandInNode.CreateAsync();
        File.SetUnixFileMode(node.Storage, ReadOnly);

        Assert.Contains($"{node.Data}; unable to start server", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_that_may_not_be_written()
    {
        await using var node = await StartedOnceAsync();
        File.SetUnixFileMode(node.Data, ReadOnly);

        Assert.Contains($"Insufficient permissions on directory {node.Data}", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreadable_lost_and_found_in_the_data_directory()
    {
        await using var node = await StartedOnceAsync();
        var lostAndFound = Path.Combine(node.Data, "lost+found");
        Directory.CreateDirectory(lostAndFound, None);

        Assert.Contains($"AccessDeniedException: {lostAndFound}", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version=1\nvolume_count=1\nownership_token=ours", null)]
    [InlineData(null, "no file found in tree for")]
    [InlineData("version=1\nvolume_count=1\nownership_token=theirs", "token found on disk does not match supplied")]
    [InlineData("version=1\nvolume_count=2\nownership_token=ours", "number of ownership files found doesn't match expected")]
    [InlineData("version=2\nvolume_count=1\nownership_token=ours", "unsupported version '2' in ownership file")]
    [InlineData("version=1\nownership_token=ours", "invalid or missing value for property 'volume_count'")]
    public async Task A_mark_of_the_filesystems_owner_that_is_not_ours(string? mark, string? reason)
    {
        await using var node = await StandInNode.CreateAsync();
        node.Settings["startup_checks"] = "{check_filesystem_ownership: {enabled: true, ownership_token: ours, ownership_filename: .mark}}";
        if (mark is not null)
            await File.WriteAllTextAsync(Path.Combine(node.Storage, ".mark"), mark, TestContext.Current.CancellationToken);

        if (reason is null)
            await node.StartAsync();
        else
            Assert.Contains("FS ownership check failed; " + reason, await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_marks_one_above_the_other()
    {
        await using var node = await StartedOnceAsync();
        node.Settings["startup_checks"] = "{check_filesystem_ownership: {enabled: true, ownership_token: ours, ownership_filename: .mark}}";
        const string Mark = "version=1\nvolume_count=1\nownership_token=ours";
        await File.WriteAllTextAsync(Path.Combine(node.Storage, ".mark"), Mark, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(node.Data, ".mark"), Mark, TestContext.Current.CancellationToken);

        Assert.Contains("multiple files found in tree for", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_it_may_not_read()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(10);
        await node.NodetoolAsync("flush");
        await node.StopAsync();
        File.SetUnixFileMode(node.SSTableFiles("Statistics.db")[0], None);

        var error = await node.StartAndDieAsync();

        Assert.Contains("AccessDeniedException", error, StringComparison.Ordinal);
        Assert.Contains("Statistics.db", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_has_the_real_programs_lines()
    {
        await using var node = await StandInNode.CreateAsync();
        node.Settings["no_such_key"] = "1";
        await node.StartAndDieAsync();

        Assert.All(node.SystemLog.TrimEnd().Split('\n'), line => Assert.Matches(
            @"^(INFO |WARN |ERROR) \[\S+\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \w+\.java:\d+ - .+$", line));
        Assert.Contains("This is the stand-in for Apache Cassandra", node.SystemLog, StringComparison.Ordinal);
    }

    private static async Task<StandInNode> StartedOnceAsync()
    {
        var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        await node.StopAsync();
        return node;
    }
}
