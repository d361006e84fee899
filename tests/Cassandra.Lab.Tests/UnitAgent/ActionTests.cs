using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

public sealed class ActionTests
{
    [Fact]
    public async Task An_action_returns_its_results_output_log_and_exit_code()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Action(
            "act", "action-set for=$(action-get who) n.m=$(action-get times); action-log half; echo out; echo err >&2"));
        var result = await unit.RunActionAsync("act", ("times", "2"));

        Assert.True(result.Completed);
        Assert.Equal((0, "out\n", "err\n"), (result.ExitCode, result.Stdout, result.Stderr));
        Assert.Equal("""{"for":"me","n":{"m":"2"}}""", result.Results.ToJsonString());
        Assert.Equal(["half"], result.Log);
    }

    [Theory]
    [InlineData("action-set a=1; exit 3", "exit status 3", 3)]
    [InlineData("action-set a=1; action-fail -- -because-", "-because-", 0)]
    [InlineData("action-set a=1; action-fail why; exit 3", "why", 3)]
    [InlineData("action-set a=1; kill -TERM $$", "signal: terminated", -1)]
    public async Task A_failed_action_says_why_and_keeps_its_results(string script, string message, int exitCode)
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Action("act", script));
        var result = await unit.RunActionAsync("act");

        Assert.Equal(("failed", message, (int?)exitCode), (result.Status, result.Message, result.ExitCode));
        Assert.Equal("1", (string?)result.Results["a"]);
    }

    [Fact]
    public async Task An_action_without_a_handler_fails_as_not_implemented()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm());

        Assert.Equal("action not implemented on unit \"fake/0\"", (await unit.RunActionAsync("act")).Message);
    }

    [Fact]
    public async Task Buffered_writes_of_an_action_count_only_if_it_exits_with_0()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Action("act", "state-set k$(action-get times)=v; [ $(action-get times) = 1 ]")
            .Action("quick", $"state-get --format=json > {test.Scratch}/state"));
        await unit.RunActionAsync("act", ("times", "1"));
        await unit.RunActionAsync("act", ("times", "2"));
        await unit.RunActionAsync("quick");

        Assert.Equal(["""{"k1":"v"}"""], test.Notes("state"));
    }

    [Theory]
    [InlineData("nonsense", "x", "1", "action \"nonsense\" not defined")]
    [InlineData("act", "times", "many", "must be of type integer")]
    [InlineData("act", "unknown", "1", "additional property \"unknown\" is not allowed")]
    public async Task Parameters_are_checked_before_the_action_is_accepted(string action, string key, string value, string expected)
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Action("act", test.Note("ran")));

        var refusal = await Assert.ThrowsAsync<UnitException>(() => unit.RunActionAsync(action, (key, value)));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(test.Notes());
    }
}
