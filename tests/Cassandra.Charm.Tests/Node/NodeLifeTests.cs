using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Processes;
using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Tests.Node;

/// <summary>Looking, starting and stopping, with systemctl played by the test and real processes as Java.</summary>
public sealed class NodeLifeTests : IDisposable
{
    private const string Root = "/var/lib/cassandra";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly NodeSandbox _sandbox = new();
    private readonly List<FakeJvm> _jvms = [];

    public NodeLifeTests()
    {
        _sandbox.InstallPackage("4.1.7");
        Configure(port: 1);
        _sandbox.Programs
            .On("systemctl stop").On("systemctl reset-failed").On("systemctl start")
            .On("systemctl show", "ActiveState=active\nJob=\n");
    }

    public void Dispose()
    {
        _jvms.ForEach(jvm => jvm.Dispose());
        _sandbox.Dispose();
    }

    [Fact]
    public async Task A_node_that_answers_is_serving()
    {
        using var server = FakeCqlServer.WithRows([]);
        Configure(server.Port);
        var jvm = Live(FakeJvm.Daemon());

        var sight = await _sandbox.Node.LookAsync(null, Cancel);

        Assert.Equal(NodeState.Serving, sight.State);
        Assert.Equal([jvm.Id], sight.Processes);
        Assert.Equal(("4.1.7", Root), (sight.Version, sight.ConfiguredRoot));
        Assert.Empty(_sandbox.Programs.Calls);
    }

    [Fact]
    public async Task Somebody_elses_answer_on_the_port_is_not_a_living_node()
    {
        using var server = FakeCqlServer.WithRows([]);
        Configure(server.Port);

        Assert.Equal(NodeState.Stopped, (await _sandbox.Node.LookAsync(null, Cancel)).State);
    }

    [Fact]
    public async Task A_node_that_lives_and_does_not_answer_is_unresponsive()
    {
        Live(FakeJvm.Daemon());

        Assert.Equal(NodeState.Unresponsive, (await _sandbox.Node.LookAsync(null, Cancel)).State);
    }

    [Fact]
    public async Task Without_the_package_it_is_not_installed_and_an_unconfigured_one_is_not_either()
    {
        _sandbox.Write("/var/lib/dpkg/status", "Package: cassandra\nStatus: install ok half-configured\nVersion: 4.1.7\n\n");

        Assert.Equal(NodeState.NotInstalled, (await _sandbox.Node.LookAsync(null, Cancel)).State);
    }

    [Fact]
    public async Task A_down_node_says_why()
    {
        Began();
        Log("ERROR [main] 2024 X.java:1 - no space left\n");
        Assert.Equal("no space left", (await _sandbox.Node.LookAsync(null, Cancel)).LastError);

        File.WriteAllText(_sandbox.Paths.GuardRefusal, "vol-1 is not mounted\n");
        Assert.Equal("vol-1 is not mounted", (await _sandbox.Node.LookAsync(null, Cancel)).LastError);
    }

    [Fact]
    public async Task A_package_file_of_cassandra_yaml_is_not_ours()
    {
        _sandbox.UseYaml("cassandra-5.0.yaml");

        Assert.Null((await _sandbox.Node.LookAsync(null, Cancel)).ConfiguredRoot);
    }

    [Fact]
    public async Task A_start_waits_for_the_answer_and_first_clears_a_service_that_is_active_though_dead()
    {
        using var server = FakeCqlServer.WithRows([]);
        Configure(server.Port);
        _sandbox.Programs.On("systemctl start", _ => Do(() => Live(FakeJvm.Daemon())));

        Assert.IsType<StartOutcome.Answers>(await _sandbox.Node.StartAsync(Patience, Cancel));
        Assert.Equal(
            ["systemctl stop cassandra.service", "systemctl reset-failed cassandra.service", "systemctl start cassandra.service"],
            _sandbox.Programs.Calls);
    }

    [Fact]
    public async Task A_node_that_lives_already_is_not_started_again()
    {
        using var server = FakeCqlServer.WithRows([]);
        Configure(server.Port);
        Live(FakeJvm.Daemon());

        Assert.IsType<StartOutcome.Answers>(await _sandbox.Node.StartAsync(Patience, Cancel));
        Assert.Empty(_sandbox.Programs.Calls);
    }

    [Fact]
    public async Task A_node_that_died_while_nobody_waited_is_told_of_before_it_is_started_again()
    {
        FakeJvm? jvm = null;
        _sandbox.Programs.On("systemctl start", _ => Do(() => jvm = Live(FakeJvm.Daemon())));
        Assert.IsType<StartOutcome.StillStarting>(await _sandbox.Node.StartAsync(TimeSpan.FromMilliseconds(300), Cancel));
        Assert.True((await _sandbox.Node.LookAsync(null, Cancel)).StartIsOpen);
        jvm!.Kill();

        Assert.IsType<StartOutcome.Died>(await _sandbox.Node.StartAsync(Patience, Cancel));
        Assert.Single(_sandbox.Programs.Calls, "systemctl start cassandra.service");

        await _sandbox.Node.StartAsync(TimeSpan.FromMilliseconds(300), Cancel);
        Assert.Equal(2, _sandbox.Programs.Calls.Count(call => call == "systemctl start cassandra.service"));
    }

    [Theory]
    [InlineData("reboot")]
    [InlineData("stop")]
    [InlineData("confirmed")]
    public async Task A_start_is_made_again_after(string what)
    {
        FakeJvm? jvm = null;
        _sandbox.Programs.On("systemctl start", _ => Do(() => jvm = Live(FakeJvm.Daemon())));
        await _sandbox.Node.StartAsync(TimeSpan.FromMilliseconds(300), Cancel);
        jvm!.Kill();
        if (what == "reboot")
            _sandbox.Boot("second");
        else if (what == "stop")
            await _sandbox.Node.StopAsync(Cancel);
        else
            await _sandbox.Node.CloseStartAsync(Cancel);

        await _sandbox.Node.StartAsync(TimeSpan.FromMilliseconds(300), Cancel);

        Assert.Equal(2, _sandbox.Programs.Calls.Count(call => call == "systemctl start cassandra.service"));
    }

    [Fact]
    public async Task A_node_that_dies_early_says_why_and_that_it_did_not_serve()
    {
        _sandbox.Programs.On("systemctl start", _ => Do(() =>
        {
            Began();
            Log("ERROR [main] 2024 X.java:1 - Saved cluster name Old != configured name 1\n");
        }));

        var died = Assert.IsType<StartOutcome.Died>(await _sandbox.Node.StartAsync(Patience, Cancel));

        Assert.Equal("Saved cluster name Old != configured name 1", died.Reason);
        Assert.False(died.MayHaveServed);
        Assert.Equal("Old", died.Stored?.ClusterName);
    }

    [Fact]
    public async Task A_node_that_dies_after_it_opened_its_port_may_have_served()
    {
        _sandbox.Programs.On("systemctl start", _ => Do(() =>
        {
            Began();
            Log("INFO  [main] 2024 X.java:1 - Listening on address: (/10.0.0.5:7000), nic: eth0\nERROR [main] 2024 X.java:1 - out of memory\n");
        }));

        Assert.True(Assert.IsType<StartOutcome.Died>(await _sandbox.Node.StartAsync(Patience, Cancel)).MayHaveServed);
    }

    [Fact]
    public async Task A_port_that_was_seen_open_counts_even_if_the_log_is_silent_about_it()
    {
        using var server = FakeCqlServer.WithRows([]);
        _sandbox.ShowPorts();
        Configure(server.Port, answers: false);
        var jvm = FakeJvm.Daemon();
        _sandbox.Programs.On("systemctl start", _ => Do(() =>
        {
            Began();
            Live(jvm);
            Log("ERROR [main] 2024 X.java:1 - fatal\n");
        }));

        Assert.IsType<StartOutcome.StillStarting>(await _sandbox.Node.StartAsync(TimeSpan.Zero, Cancel));
        jvm.Kill();

        Assert.True(Assert.IsType<StartOutcome.Died>(await _sandbox.Node.AwaitAsync(Patience, Cancel)).MayHaveServed);
    }

    [Fact]
    public async Task A_start_that_the_guard_refuses_did_not_serve_and_gives_the_guards_reason()
    {
        _sandbox.Programs.On("systemctl start", _ =>
        {
            File.WriteAllText(_sandbox.Paths.GuardRefusal, "vol-1 is a clone\n");
            return new CommandResult(1, "", "Job for cassandra.service failed because the control process exited with error code.");
        });

        Assert.Equal(
            new StartOutcome.Died("vol-1 is a clone", MayHaveServed: false),
            await _sandbox.Node.StartAsync(Patience, Cancel));
    }

    [Fact]
    public async Task A_start_that_systemd_refuses_gives_systemds_reason_not_an_old_one_of_the_guards()
    {
        File.WriteAllText(_sandbox.Paths.GuardRefusal, "an old one\n");
        _sandbox.Programs.On("systemctl start", _ => new CommandResult(1, "", "Assertion failed on job for cassandra.service.\n"));

        var died = Assert.IsType<StartOutcome.Died>(await _sandbox.Node.StartAsync(Patience, Cancel));

        Assert.Contains("Assertion failed", died.Reason, StringComparison.Ordinal);
        Assert.False(died.MayHaveServed);
    }

    [Fact]
    public async Task A_slow_start_says_what_it_is_doing()
    {
        _sandbox.Programs.On("systemctl start", _ => Do(() =>
        {
            Began();
            Live(FakeJvm.Daemon());
            Log("INFO  [main] 2024 CommitLog.java:168 - Replaying 12 segments\n");
        }));

        Assert.Equal(
            new StartOutcome.StillStarting("Replaying 12 segments"),
            await _sandbox.Node.StartAsync(TimeSpan.FromMilliseconds(10), Cancel));
    }

    [Fact]
    public async Task While_systemd_is_about_to_start_it_it_is_not_dead()
    {
        Began();
        Log("ERROR [main] 2024 X.java:1 - of the boot before\n");
        _sandbox.Programs.On("systemctl show", "ActiveState=activating\nJob=77\n");

        Assert.IsType<StartOutcome.StillStarting>(await _sandbox.Node.AwaitAsync(TimeSpan.FromMilliseconds(500), Cancel));
        Assert.DoesNotContain(_sandbox.Programs.Calls, call => call.StartsWith("systemctl start", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_drains_a_node_that_answers_and_proves_it_dead()
    {
        using var server = FakeCqlServer.WithRows([]);
        Configure(server.Port);
        var jvm = Live(FakeJvm.Daemon());
        _sandbox.Programs.On("nodetool drain").On("systemctl stop", _ => Do(jvm.Kill));

        await _sandbox.Node.StopAsync(Cancel);

        Assert.Equal(["nodetool drain", "systemctl stop cassandra.service"], _sandbox.Programs.Calls);
    }

    [Fact]
    public async Task A_drain_that_fails_does_not_keep_it_up()
    {
        using var server = FakeCqlServer.WithRows([]);
        Configure(server.Port);
        var jvm = Live(FakeJvm.Daemon());
        _sandbox.Programs.On("nodetool drain", "", 1, "Connection refused").On("systemctl stop", _ => Do(jvm.Kill));

        await _sandbox.Node.StopAsync(Cancel);

        Assert.True(jvm.HasExited);
    }

    [Fact]
    public async Task Java_that_systemd_left_running_is_ended()
    {
        var jvm = Live(FakeJvm.Daemon());

        await _sandbox.Node.StopAsync(Cancel);

        Assert.True(jvm.HasExited);
    }

    [Fact]
    public async Task Java_that_ignores_SIGTERM_is_killed()
    {
        var jvm = Live(await FakeJvm.StubbornDaemonAsync());

        await new ProcessSignals(new ProcessScan(_sandbox.Paths.Proc, null)).EndAllAsync(TimeSpan.FromMilliseconds(200), Cancel);

        Assert.True(jvm.HasExited);
    }

    [Fact]
    public async Task Forgetting_leaves_the_service_disabled_before_it_loses_its_guard()
    {
        var guarded = new List<bool>();
        await _sandbox.Node.HoldAsync("the unit is being removed", Cancel);
        _sandbox.Write("/etc/systemd/system/cassandra.service.d/50-cassandra-charm.conf", "[Unit]\n");
        _sandbox.Programs
            .On("systemctl disable", _ => Do(() => guarded.Add(File.Exists(_sandbox.Paths.DropIn))))
            .On("systemctl daemon-reload");

        await _sandbox.Node.ForgetAsync(Cancel);
        await _sandbox.Node.ForgetAsync(Cancel);

        Assert.Equal([true, false], guarded);
        Assert.False(Directory.Exists(_sandbox.Paths.DropInDirectory));
        Assert.False(File.Exists(_sandbox.Paths.HoldMark));
    }

    private void Configure(int port, bool answers = true)
    {
        var yaml = CassandraYaml.Apply(
            NodeSandbox.Sample("cassandra-4.1.yaml"),
            CassandraYamlTests.Wanted with { Place = new Place.RootDisk(), Address = "127.0.0.1", OwnershipToken = null },
            new CassandraVersion(4, 1));
        var key = answers ? "native_transport_port" : "storage_port";
        var ports = answers ? $"{key}: {port}" : $"{key}: {port}\nnative_transport_port: 1";
        File.WriteAllText(_sandbox.Paths.Yaml, string.Join('\n', yaml.Split('\n')
            .Where(line => !line.StartsWith(key, StringComparison.Ordinal) && !line.StartsWith("native_transport_port", StringComparison.Ordinal))) + ports + "\n");
    }

    private FakeJvm Live(FakeJvm jvm)
    {
        _jvms.Add(jvm);
        _sandbox.Show(jvm.Id);
        return jvm;
    }

    /// <summary>As the guard does when it lets Cassandra start.</summary>
    private void Began() =>
        new StartRecordFile(_sandbox.Paths.StartRecord).Begin(Root, new SystemLog(_sandbox.Paths.SystemLog).End());

    private void Log(string text) => File.AppendAllText(_sandbox.Paths.SystemLog, text);

    private static CommandResult Do(Action action)
    {
        action();
        return new CommandResult(0, "", "");
    }
}
