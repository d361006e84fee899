using Cassandra.Lab.Guest.UnitAgent.Agent;
using Cassandra.Lab.Guest.UnitAgent.Wire;
using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

public sealed class FailureTests
{
    /// <summary>A hook that writes all it can and then fails until FILE exists in the scratch directory.</summary>
    private static string WriteAndFailUntil(AgentUnderTest test, string file) =>
        $"""
        [ "$(config-get text)" = go ] || exit 0
        {test.Note("run $(state-get key) $(relation-get -r ring:0 - fake/0)")}
        state-set key=value
        relation-set -r ring:0 shared=value
        open-port 9042
        status-set waiting "tried"
        application-version-set 5.0
        juju-log "tried"
        [ -e {test.Scratch}/{file} ]
        """;

    [Fact]
    public async Task Buffered_writes_of_a_failed_hook_are_dropped_and_immediate_ones_stay()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("config-changed", WriteAndFailUntil(test, "fixed")));
        await unit.SetModelAsync("retry-base", "1000");
        await unit.ConfigureAsync(("text", "go"));
        var failed = await unit.WaitForStatusAsync(s => s.InError, AgentUnderTest.Limit);

        Assert.Equal(("error", "hook failed: \"config-changed\""), (failed.State, failed.Message));
        Assert.Equal(("waiting", "tried", "5.0"), (failed.Workload.State, failed.Workload.Message, failed.WorkloadVersion));
        Assert.Empty(failed.Ports);
        Assert.Contains("INFO unit.fake/0.juju-log tried", await unit.LogAsync(), StringComparison.Ordinal);

        test.Open("x");
        await File.WriteAllTextAsync($"{test.Scratch}/fixed", "", TestContext.Current.CancellationToken);
        await unit.ResolveAsync();
        var fine = await unit.WaitForIdleAsync();
        Assert.Equal(["9042/tcp"], fine.Ports);
        Assert.Equal(["run  {}", "run  {}"], test.Notes());
        var shown = await unit.RelationAsync("ring");
        Assert.Empty(shown.OfApplication);
        Assert.Equal([KeyValuePair.Create("shared", "value")], shown.OfUnit);
    }

    [Fact]
    public async Task A_failed_hook_is_retried_until_it_succeeds_and_then_the_rest_follows()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(
            new ScriptCharm().Hook("install", $"{test.Note("x")}; [ $(wc -l < {test.Scratch}/notes) -ge 4 ]"), settle: false);
        await unit.SetModelAsync("retry-base", "0.02");
        await unit.WaitForStatusAsync(s => s.Idle, AgentUnderTest.Limit);

        var runs = await unit.RunsAsync();
        Assert.Equal(["install", "install", "install", "install", "ring-relation-created"], AgentUnderTest.Hooks(runs)[..5]);
        Assert.Equal(
            [RunOutcome.Failed, RunOutcome.Failed, RunOutcome.Failed, RunOutcome.Succeeded], runs.Take(4).Select(r => r.Outcome));
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(6, 160)]
    [InlineData(7, 300)]
    [InlineData(1000, 300)]
    public void Retries_are_five_seconds_apart_then_doubled_up_to_five_minutes(int failures, double seconds)
    {
        Assert.Equal(seconds, RetryPolicy.Delay(failures, 5, 0.5).TotalSeconds, 6);
        Assert.InRange(RetryPolicy.Delay(failures, 5, 0).TotalSeconds, seconds * 0.89, seconds);
    }

    [Fact]
    public async Task Without_automatic_retry_a_failed_hook_waits_for_the_operator()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("config-changed", $"[ -z \"$(config-get text)\" ] || {{ {test.Note("try")}; exit 1; }}"));
        await unit.SetModelAsync("retry-hooks", "false");
        await unit.SetModelAsync("retry-base", "0.01");
        await unit.ConfigureAsync(("text", "x"));
        await unit.WaitForStatusAsync(s => s.InError, AgentUnderTest.Limit);
        await unit.RunActionAsync("act"); // would come after a retry that were due
        Assert.Single(test.Notes());

        await unit.ResolveAsync(retry: false);
        await unit.WaitForIdleAsync();
        Assert.Single(test.Notes());
    }

    [Fact]
    public async Task Actions_and_commands_run_while_a_hook_is_in_error()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", "exit 1").Action("act", "action-set ran=yes"), settle: false);
        await unit.SetModelAsync("retry-base", "1000");
        await unit.WaitForStatusAsync(s => s.InError, AgentUnderTest.Limit);

        Assert.Equal("yes", (string?)(await unit.RunActionAsync("act")).Results["ran"]);
        Assert.Equal("error", (await unit.StatusAsync()).State);
    }

    [Fact]
    public async Task A_refresh_waits_for_the_error_to_be_resolved()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", "exit 1"), settle: false);
        await unit.SetModelAsync("retry-base", "1000");
        await unit.WaitForStatusAsync(s => s.InError, AgentUnderTest.Limit);
        await unit.RefreshAsync(test.Pack(new ScriptCharm().Hook("start", "")));
        await unit.RunActionAsync("act");
        Assert.Equal(0, (await unit.StatusAsync()).CharmRevision);

        await unit.ResolveAsync(retry: false);
        Assert.Equal(1, (await unit.WaitForIdleAsync()).CharmRevision);
        Assert.Equal(["upgrade-charm", "config-changed"], AgentUnderTest.Hooks(await unit.RunsAsync())[^2..]);
    }

    [Fact]
    public async Task A_forced_refresh_resumes_the_failed_hook_without_upgrade_charm()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", "exit 1"), settle: false);
        await unit.SetModelAsync("retry-base", "1000");
        await unit.WaitForStatusAsync(s => s.InError, AgentUnderTest.Limit);
        await unit.RefreshAsync(test.Pack(new ScriptCharm().Hook("start", "")), forceUnits: true);
        await unit.WaitForStatusAsync(s => s.CharmRevision == 1, AgentUnderTest.Limit);
        await unit.ResolveAsync();
        await unit.WaitForIdleAsync();

        var hooks = AgentUnderTest.Hooks(await unit.RunsAsync());
        Assert.Equal("start", hooks[^1]);
        Assert.DoesNotContain("upgrade-charm", hooks);
    }

    [Fact]
    public async Task Waiting_for_idle_reports_a_failed_hook_with_the_units_story()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var failure = await Assert.ThrowsAsync<UnitException>(() =>
            test.DeployAsync(new ScriptCharm().Hook("install", "echo the reason >&2; exit 3")));

        Assert.Contains("hook \"install\" failed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("WARNING unit.fake/0.install the reason", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Failed, exit 3", failure.Message, StringComparison.Ordinal);
    }
}
