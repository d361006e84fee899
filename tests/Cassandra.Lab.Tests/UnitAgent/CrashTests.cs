using Cassandra.Lab.Guest.UnitAgent.Wire;
using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

public sealed class CrashTests
{
    /// <summary>The first run blocks at a gate, later ones pass.</summary>
    private static string BlockFirst(AgentUnderTest test) =>
        $"{test.Note("begun")}; if [ ! -e {test.Scratch}/in.reached ]; then {test.Gate("in")}; exit 9; fi; {test.Note("done")}";

    [Fact]
    public async Task A_hook_interrupted_by_the_agents_death_is_an_error_and_then_retried()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", BlockFirst(test)), settle: false);
        await test.ReachedAsync("in");
        await test.Agent.KillAsync();
        await test.Agent.StartAsync(TestContext.Current.CancellationToken);
        var error = await unit.StatusAsync();
        await unit.ResolveAsync();
        await unit.WaitForStatusAsync(s => s.Idle, AgentUnderTest.Limit);

        Assert.Equal(("error", "hook failed: \"start\""), (error.State, error.Message));
        Assert.Equal(["begun", "begun", "done"], test.Notes());
        var runs = (await unit.RunsAsync()).Where(r => r.Name == "start").Select(r => r.Outcome);
        Assert.Equal([RunOutcome.Interrupted, RunOutcome.Succeeded], runs);
    }

    [Fact]
    public async Task A_hook_interrupted_by_the_agents_death_is_retried_by_itself_too()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", BlockFirst(test)), settle: false);
        await unit.SetModelAsync("retry-base", "0.01");
        await test.ReachedAsync("in");
        await test.Agent.KillAsync();
        await test.Agent.StartAsync(TestContext.Current.CancellationToken);
        await unit.WaitForStatusAsync(s => s.Idle, AgentUnderTest.Limit);

        Assert.Equal(["begun", "begun", "done"], test.Notes());
    }

    [Fact]
    public async Task A_hook_ended_with_the_agents_service_is_queued_and_run_again_without_an_error()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", BlockFirst(test)), settle: false);
        await unit.SetModelAsync("retry-base", "1000");
        await test.ReachedAsync("in");
        await test.Agent.TerminateAsync();
        await test.Agent.StartAsync(TestContext.Current.CancellationToken);
        await unit.WaitForStatusAsync(s => s.Idle, AgentUnderTest.Limit);

        Assert.Equal(["begun", "begun", "done"], test.Notes());
        Assert.DoesNotContain(await unit.StatusHistoryAsync(), h => h.State == "error");
        Assert.Equal(RunOutcome.Killed, (await unit.RunsAsync()).First(r => r.Name == "start").Outcome);
    }

    [Fact]
    public async Task A_hook_killed_by_a_signal_while_the_agent_lives_is_an_error_and_retried()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(
            new ScriptCharm().Hook("start", $"{test.Note("run")}; [ $(wc -l < {test.Scratch}/notes) -ge 2 ] || kill -KILL $$"), settle: false);
        await unit.SetModelAsync("retry-base", "0.01");
        await unit.WaitForStatusAsync(s => s.Idle, AgentUnderTest.Limit);

        var starts = (await unit.RunsAsync()).Where(r => r.Name == "start").ToList();
        Assert.Equal([(RunOutcome.Killed, (int?)9), (RunOutcome.Succeeded, null)], starts.Select(r => (r.Outcome, r.Signal)));
        Assert.Contains(await unit.StatusHistoryAsync(), h => h is { Kind: "agent", State: "error" });
    }

    [Fact]
    public async Task Exit_code_143_is_a_failure_and_not_a_signal()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", "exit 143"), settle: false);
        var status = await unit.WaitForStatusAsync(s => s.InError, AgentUnderTest.Limit);

        Assert.Equal((RunOutcome.Failed, (int?)143, (int?)null), (status.Runs[^1].Outcome, status.Runs[^1].ExitCode, status.Runs[^1].Signal));
    }

    [Fact]
    public async Task An_action_interrupted_by_the_agents_death_has_failed_and_is_never_run_again()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Action("act", $"{test.Note("ran")}; {test.Gate("in")}"));
        var call = unit.RunActionAsync("act");
        await test.ReachedAsync("in");
        await test.Agent.KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => call);
        await test.Agent.StartAsync(TestContext.Current.CancellationToken);
        await unit.WaitForIdleAsync();

        var file = await File.ReadAllTextAsync(test.Agent.Paths.ActionFile("fake/0", 1), TestContext.Current.CancellationToken);
        Assert.Contains("\"failed\"", file, StringComparison.Ordinal);
        Assert.Contains("action terminated", file, StringComparison.Ordinal);
        Assert.Single(test.Notes());
    }

    [Fact]
    public async Task A_child_left_behind_neither_holds_the_hook_nor_is_heard_later()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook(
            "start", $"(trap '' PIPE; while [ ! -e {test.Scratch}/in.open ]; do sleep 0.02; done; echo late 2> /dev/null; touch {test.Scratch}/said) & echo early; touch {test.Scratch}/in.reached"));
        test.Open("in");
        await AgentUnderTest.UntilAsync(() => File.Exists($"{test.Scratch}/said"), "the child's word");

        var log = await unit.LogAsync();
        Assert.Contains("DEBUG unit.fake/0.start early", log, StringComparison.Ordinal);
        Assert.DoesNotContain("late", log, StringComparison.Ordinal);
    }
}
