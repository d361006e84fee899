using Cassandra.Charm.Node.Service;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Node;

public sealed class SystemLogTests
{
    private const string SavedName = """
        INFO  [main] 2024-05-01 12:00:00,123 CassandraDaemon.java:650 - Hostname: node1:7000:7001
        ERROR [main] 2024-05-01 12:00:01,456 CassandraDaemon.java:900 - Fatal exception during initialization
        org.apache.cassandra.exceptions.ConfigurationException: Saved cluster name Test Cluster != configured name other
        	at org.apache.cassandra.db.SystemKeyspace.checkHealth(SystemKeyspace.java:1109)
        	at org.apache.cassandra.service.CassandraDaemon.main(CassandraDaemon.java:897)
        INFO  [StorageServiceShutdownHook] 2024-05-01 12:00:01,500 HintsService.java:222 - Paused hints dispatch

        """;

    [Fact]
    public void The_reason_is_the_last_error_with_its_exception() =>
        Assert.Equal(
            "Fatal exception during initialization: Saved cluster name Test Cluster != configured name other",
            LogText.LastError("ERROR [main] 2024-05-01 11:00:00,000 X.java:1 - an older one\n" + SavedName));

    [Fact]
    public void Causes_follow_and_nothing_is_said_twice() =>
        Assert.Equal(
            "Exception encountered during startup: Unable to load: no such file",
            LogText.LastError("""
                ERROR [main] 2024-05-01 12:00:01,456 CassandraDaemon.java:900 - Exception encountered during startup
                java.lang.RuntimeException: Unable to load
                	at a.b.C.d(C.java:1)
                	... 3 common frames omitted
                Caused by: java.io.IOException: no such file
                Caused by: java.io.IOException: no such file
                """));

    [Fact]
    public void A_log_without_errors_gives_no_reason() => Assert.Equal("", LogText.LastError("INFO  [main] x - fine\n"));

    [Theory]
    [InlineData("INFO  [main] 2024 InboundConnectionInitiator.java:127 - Listening on address: (/10.0.0.5:7000), nic: eth0", true)]
    [InlineData("INFO  [main] 2024 MessagingService.java:753 - Starting Messaging Service on /10.0.0.5:7000 (eth0)", true)]
    [InlineData("INFO  [main] 2024 Server.java:158 - Starting listening for CQL clients on /10.0.0.5:9042 (unencrypted)...", true)]
    [InlineData("INFO  [main] 2024 CommitLog.java:168 - Replaying /x/CommitLog-7-1.log", false)]
    public void Opening_a_port_is_told_by_the_log(string line, bool expected) =>
        Assert.Equal(expected, LogText.TellsOfOpenPort($"INFO  [main] x - y\n{line}\n"));

    [Theory]
    [InlineData("Saved cluster name Test Cluster != configured name other", "Test Cluster", "", "")]
    [InlineData("Cannot start node if snitch's data center (dc1) differs from previous data center (datacenter1). Please fix", "", "datacenter1", "")]
    [InlineData("Cannot start node if snitch's rack (r2) differs from previous rack (rack1). Please fix the snitch", "", "", "rack1")]
    public void The_data_says_what_it_is_when_the_configuration_says_otherwise(
        string message, string cluster, string datacenter, string rack)
    {
        var stored = StoredIdentity.Parse($"ERROR [main] 2024 X.java:1 - {message}\n\tat x\n");

        Assert.NotNull(stored);
        Assert.Equal((cluster, datacenter, rack), (stored.ClusterName, stored.Datacenter, stored.Rack));
    }

    [Fact]
    public void Data_of_a_decommissioned_node_says_so() => Assert.True(StoredIdentity.Parse(
        "ERROR x - This node was decommissioned and will not rejoin the ring unless cassandra.override_decommission=true")?
        .IsDecommissioned);

    [Fact]
    public void A_log_of_another_failure_says_nothing_of_the_data() =>
        Assert.Null(StoredIdentity.Parse("ERROR [main] 2024 X.java:1 - out of memory\n"));

    [Fact]
    public void Only_what_was_written_since_a_position_is_read()
    {
        using var directory = new TemporaryDirectory();
        var path = directory["system.log"];
        File.WriteAllText(path, "old\n");
        var log = new SystemLog(path);
        var position = log.End();
        File.AppendAllText(path, "new\n");

        Assert.Equal("new\n", log.Since(position));
    }

    [Fact]
    public void A_log_that_appears_is_read_from_its_beginning()
    {
        using var directory = new TemporaryDirectory();
        var log = new SystemLog(directory["system.log"]);
        var position = log.End();
        Assert.Equal("", log.Since(position));
        File.WriteAllText(directory["system.log"], "new\n");

        Assert.Equal("new\n", log.Since(position));
    }

    [Fact]
    public void A_log_that_was_rotated_or_removed_cannot_be_told()
    {
        using var directory = new TemporaryDirectory();
        var path = directory["system.log"];
        File.WriteAllText(path, "old\n");
        var log = new SystemLog(path);
        var position = log.End();
        File.Move(path, path + ".1");
        Assert.Null(log.Since(position));
        File.WriteAllText(path, "a log much longer than the old one\n");

        Assert.Null(log.Since(position));
    }
}
