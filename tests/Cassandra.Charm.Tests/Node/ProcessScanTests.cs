using System.Text;
using Cassandra.Charm.Node.Processes;

namespace Cassandra.Charm.Tests.Node;

public sealed class ProcessScanTests
{
    private readonly uint _self = Cassandra.Charm.Linux.Native.Unistd.geteuid();

    [Theory]
    [InlineData("/usr/bin/java|-Xms1G|-cp|a.jar|org.apache.cassandra.service.CassandraDaemon", "Daemon")]
    [InlineData("java|-ea|org.apache.cassandra.service.CassandraDaemon", "Daemon")]
    [InlineData("java|org.apache.cassandra.tools.StandaloneSSTableUtil", "OtherJava")]
    [InlineData("/bin/sh|/usr/sbin/cassandra|-p|/var/run/cassandra/cassandra.pid", "Launcher")]
    [InlineData("/bin/sh|-e|/etc/init.d/cassandra|start", "Launcher")]
    [InlineData("start-stop-daemon|-S|-c|cassandra|-a|/usr/sbin/cassandra|-b", "Launcher")]
    [InlineData("/bin/sh|/etc/init.d/cassandra|stop", null)]
    [InlineData("start-stop-daemon|-K|-p|/var/run/cassandra/cassandra.pid", null)]
    [InlineData("grep|org.apache.cassandra.service.CassandraDaemon", null)]
    [InlineData("vim|/usr/sbin/cassandra", null)]
    [InlineData("javac|org.apache.cassandra.service.CassandraDaemon", null)]
    [InlineData("", null)]
    public void A_process_is_recognised_by_its_arguments(string commandLine, string? role) =>
        Assert.Equal(role, CommandLines.RoleOf(Encoding.UTF8.GetBytes(
            commandLine.Replace('|', '\0') + (commandLine.Length > 0 ? "\0" : "")))?.ToString());

    [Fact]
    public void A_living_daemon_is_found_whoever_runs_it_and_not_when_it_has_ended()
    {
        using var sandbox = new NodeSandbox();
        using var daemon = FakeJvm.Daemon();
        using var editor = FakeJvm.Editor();
        sandbox.Show(daemon.Id);
        sandbox.Show(editor.Id);
        var scan = new ProcessScan(sandbox.Paths.Proc, serviceUser: 12345);

        var found = Assert.Single(scan.Find());
        Assert.Equal((daemon.Id, ProcessRole.Daemon), (found.Id, found.Role));
        Assert.True(scan.IsAlive(found));
        Assert.False(scan.IsAlive(found with { StartTicks = found.StartTicks - 1 }));

        daemon.Kill();

        Assert.Empty(scan.Find());
        Assert.False(scan.IsAlive(found));
    }

    [Fact]
    public void Any_other_java_counts_only_where_it_is_the_services_user()
    {
        using var sandbox = new NodeSandbox();
        using var tool = FakeJvm.Nodetool();
        sandbox.Show(tool.Id);

        Assert.Empty(new ProcessScan(sandbox.Paths.Proc, serviceUser: _self + 1).Find());
        Assert.Equal(
            ProcessRole.OtherJava, Assert.Single(new ProcessScan(sandbox.Paths.Proc, serviceUser: _self).Find()).Role);
    }

    [Fact]
    public void A_command_line_longer_than_a_page_is_read_to_its_end()
    {
        using var sandbox = new NodeSandbox();
        var jars = string.Join(':', Enumerable.Repeat("/usr/share/cassandra/lib/some.jar", 2000));
        sandbox.Write("/proc/77/cmdline", $"java\0-cp\0{jars}\0org.apache.cassandra.service.CassandraDaemon\0");
        sandbox.Write("/proc/77/stat", $"77 (java) a) S 1 {string.Join(' ', Enumerable.Range(5, 17))} 4242 0 0");

        Assert.Equal(
            [new CassandraProcess(77, 4242, ProcessRole.Daemon)], new ProcessScan(sandbox.Paths.Proc, null).Find());
    }

    [Theory]
    [InlineData(7000, true)]
    [InlineData(7001, false)]
    [InlineData(9042, true)]
    [InlineData(22, false)]
    public void Only_listening_sockets_are_open_ports(int port, bool expected)
    {
        using var sandbox = new NodeSandbox();
        sandbox.Write("/proc/net/tcp", """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0500000A:1B58 00000000:0000 0A 00000000:00000000 00:00000000 00000000   113        0 1 1 0 100 0 0 10 0
               1: 0500000A:1B59 0600000A:8000 01 00000000:00000000 00:00000000 00000000   113        0 2 1 0 100 0 0 10 0
            """);
        sandbox.Write("/proc/net/tcp6", """
              sl  local_address                         remote_address                        st tx_queue rx_queue
               0: 00000000000000000000000000000000:2352 00000000000000000000000000000000:0000 0A 00000000:00000000
            """);

        Assert.Equal(expected, new ListeningPorts(sandbox.Paths.Proc).AnyOf([port]));
    }
}
