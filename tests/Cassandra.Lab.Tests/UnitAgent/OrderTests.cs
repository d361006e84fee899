using Cassandra.Lab.Guest.UnitAgent.Wire;
using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

public sealed class OrderTests
{
    private static readonly string[] AllHooks =
    [
        "install", "ring-relation-created", "leader-elected", "leader-settings-changed", "config-changed", "start",
        "upgrade-charm", "update-status", "stop", "remove", "ring-relation-joined", "ring-relation-changed",
        "ring-relation-departed", "ring-relation-broken",
    ];

    /// <summary>Every hook notes its own name.</summary>
    private static ScriptCharm Noting(AgentUnderTest test)
    {
        var charm = new ScriptCharm();
        foreach (var hook in AllHooks)
            charm.Hook(hook, test.Note("$JUJU_HOOK_NAME"));
        return charm;
    }

    [Theory]
    [InlineData(true, "leader-elected")]
    [InlineData(false, "leader-settings-changed")]
    public async Task A_new_unit_installs_meets_its_relations_and_leader_is_configured_and_started(bool leader, string leadership)
    {
        await using var test = await AgentUnderTest.StartAsync();
        await test.DeployAsync(Noting(test), options: new UnitOptions { Leader = leader });

        Assert.Equal(["install", "ring-relation-created", leadership, "config-changed", "start"], test.Notes());
    }

    [Fact]
    public async Task A_missing_hook_counts_as_success()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm());

        var runs = await unit.RunsAsync();
        Assert.Equal(RunOutcome.Succeeded, runs[0].Outcome);
        Assert.All(runs.Skip(1), r => Assert.Equal(RunOutcome.Skipped, r.Outcome));
        Assert.Equal("unknown", (await unit.StatusAsync()).State);
    }

    [Fact]
    public async Task A_dispatch_file_gets_every_hook_and_action()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm()
            .Hook("install", test.Note("wrong"))
            .File("dispatch", $"#!/bin/sh\n{test.Note("$JUJU_DISPATCH_PATH")}\n", "755"));
        await unit.RunActionAsync("act");

        Assert.Equal(
            ["hooks/install", "hooks/ring-relation-created", "hooks/leader-settings-changed", "hooks/config-changed", "hooks/start", "actions/act"],
            test.Notes());
    }

    [Fact]
    public async Task A_handler_without_execute_permission_is_an_error_not_a_missing_hook()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", "").Hook("install", "chmod 644 hooks/start"), settle: false);

        var status = await unit.WaitForStatusAsync(s => s.InError, AgentUnderTest.Limit);
        Assert.Equal("hook failed: \"start\"", status.Message);
        Assert.Contains("permission denied", status.Runs[^1].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_configuration_fires_one_hook_and_an_equal_value_none()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(Noting(test));
        await unit.ConfigureAsync(("text", "a"));
        await unit.WaitForIdleAsync();
        await unit.ConfigureAsync(("text", "a"));
        await unit.WaitForIdleAsync();

        Assert.Equal(["config-changed"], test.Notes()[5..]);
    }

    [Fact]
    public async Task A_configuration_changed_during_the_hook_fires_it_again()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook(
            "config-changed", $"{test.Note("$(config-get text)")}; [ \"$(config-get text)\" != first ] || {{ {test.Gate("in")}; }}"));
        await unit.ConfigureAsync(("text", "first"));
        await test.ReachedAsync("in");
        await unit.ConfigureAsync(("text", "second"));
        test.Open("in");
        await unit.WaitForIdleAsync();

        Assert.Equal(["", "first", "second"], test.Notes());
    }

    [Fact]
    public async Task A_refresh_runs_upgrade_charm_then_config_changed_and_no_start()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(Noting(test));
        await unit.RefreshAsync(test.Pack(Noting(test)));
        var status = await unit.WaitForIdleAsync();

        Assert.Equal(["upgrade-charm", "config-changed"], test.Notes()[5..]);
        Assert.Equal(1, status.CharmRevision);
    }

    [Fact]
    public async Task A_changed_resource_runs_upgrade_charm_and_an_equal_one_nothing()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var file = $"{test.Scratch}/package";
        await File.WriteAllTextAsync(file, "one", TestContext.Current.CancellationToken);
        var charm = Noting(test).Hook("upgrade-charm", $"{test.Note("$JUJU_HOOK_NAME")}; cat $(resource-get package) >> {test.Scratch}/notes");
        var unit = await test.DeployAsync(charm, options: new UnitOptions
        {
            Resources = new Dictionary<string, string> { ["package"] = file },
        });
        await unit.AttachResourceAsync("package", file);
        await unit.WaitForIdleAsync();
        await File.WriteAllTextAsync(file, "two\n", TestContext.Current.CancellationToken);
        await unit.AttachResourceAsync("package", file);
        await unit.WaitForIdleAsync();

        Assert.Equal(["upgrade-charm", "two", "config-changed"], test.Notes()[5..]);
    }

    [Fact]
    public async Task After_a_reboot_a_started_unit_gets_one_extra_start()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(Noting(test));
        await test.Agent.KillAsync();
        await File.WriteAllTextAsync(test.Agent.Paths.BootIdOverride, "another boot", TestContext.Current.CancellationToken);
        await test.Agent.StartAsync(TestContext.Current.CancellationToken);
        await unit.WaitForIdleAsync();
        await test.Agent.KillAsync();
        await test.Agent.StartAsync(TestContext.Current.CancellationToken);
        await unit.WaitForIdleAsync();

        Assert.Equal(["start"], test.Notes()[5..]);
    }

    [Fact]
    public async Task A_restart_of_the_agent_alone_runs_no_hook()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(Noting(test));
        await test.Agent.TerminateAsync();
        await test.Agent.StartAsync(TestContext.Current.CancellationToken);
        await unit.WaitForIdleAsync();

        Assert.Equal(5, test.Notes().Length);
    }

    [Fact]
    public async Task Removal_leaves_relations_stops_removes_and_deletes_the_units_directories()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(Noting(test));
        await unit.SetRemoteAsync("ring", "fake/1");
        await unit.WaitForIdleAsync();
        await unit.RemoveAsync();
        await AgentUnderTest.UntilAsync(() => !Directory.Exists(test.Agent.Paths.AgentDirectory("fake/0")), "removal");
        await AgentUnderTest.UntilAsync(() => !Directory.Exists(test.Agent.Paths.ToolsDirectory("fake/0")), "removal of the tools");

        Assert.Equal(
            ["ring-relation-joined", "ring-relation-changed", "ring-relation-departed", "ring-relation-broken", "stop", "remove"],
            test.Notes()[5..]);
        Assert.True(File.Exists(test.Agent.Paths.LogFile("fake/0")));
        Assert.Equal("terminated", (await unit.StatusAsync()).State);
    }

    [Fact]
    public async Task A_removed_units_name_can_be_deployed_again_with_a_fresh_state()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", "state-set seen=yes"));
        await unit.RemoveAsync();
        await test.DeployAsync(new ScriptCharm().Hook("start", test.Note("state: $(state-get seen)")));

        Assert.Equal(["state: "], test.Notes());
    }

    [Fact]
    public async Task A_unit_that_exists_is_not_deployed_twice()
    {
        await using var test = await AgentUnderTest.StartAsync();
        await test.DeployAsync(new ScriptCharm());

        var refusal = await Assert.ThrowsAsync<UnitException>(() => test.DeployAsync(new ScriptCharm()));
        Assert.Contains("already exists", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_status_comes_at_its_interval_or_on_demand()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(Noting(test));
        var run = await unit.HookAsync("update-status");
        Assert.Equal((RunOutcome.Succeeded, 0), (run.Outcome, run.ExitCode));
        Assert.Equal(["update-status"], test.Notes()[5..]);

        await unit.SetModelAsync("update-status-interval", "0.05");
        await AgentUnderTest.UntilAsync(() => test.Notes().Count(n => n == "update-status") >= 4, "the interval");
    }

    [Fact]
    public async Task A_unit_that_becomes_leader_is_told_so()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(Noting(test));
        await unit.SetLeaderAsync(true);
        await unit.WaitForIdleAsync();
        await unit.SetLeaderAsync(false);
        await unit.WaitForIdleAsync();
        await unit.SetLeaderAsync(true);
        await unit.WaitForIdleAsync();

        Assert.Equal(["leader-elected", "leader-elected"], test.Notes()[5..]);
    }

    [Fact]
    public async Task Juju_sets_the_workload_status_itself_around_install_and_removal()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", "status-set active ready"));
        await unit.RemoveAsync();

        var workload = (await unit.StatusHistoryAsync()).Where(h => h.Kind == "workload").Select(h => $"{h.State}:{h.Message}");
        Assert.Equal(
            [
                "maintenance:installing charm software", "active:ready", "maintenance:stopping charm software", "maintenance:",
                "maintenance:cleaning up prior to charm deletion", "terminated:",
            ],
            workload);
    }

    [Fact]
    public async Task Juju_reboot_without_now_takes_effect_after_the_hook_has_succeeded()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(
            new ScriptCharm().Hook("config-changed", $"juju-reboot; [ ! -e {test.Agent.Paths.RebootMark} ] && {test.Note("not yet")}"),
            settle: false);
        await AgentUnderTest.UntilAsync(() => File.Exists(test.Agent.Paths.RebootMark), "reboot");

        Assert.Equal(["not yet"], test.Notes());
        Assert.DoesNotContain("start", AgentUnderTest.Hooks(await unit.RunsAsync()));
    }

    [Fact]
    public async Task Juju_reboot_now_kills_the_hook_and_runs_it_again_after_the_boot()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(
            new ScriptCharm().Hook("config-changed", $"{test.Note("begun")}; [ -e {test.Agent.Paths.RebootMark} ] || juju-reboot --now; {test.Note("done")}"),
            settle: false);
        await AgentUnderTest.UntilAsync(() => File.Exists(test.Agent.Paths.RebootMark), "reboot");
        await test.Agent.KillAsync();
        await test.Agent.StartAsync(TestContext.Current.CancellationToken);
        await unit.WaitForIdleAsync();

        Assert.Equal(["begun", "begun", "done"], test.Notes());
    }
}
