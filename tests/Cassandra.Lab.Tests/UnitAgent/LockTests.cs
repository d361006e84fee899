using Cassandra.Lab.Juju;
using CliWrap;
using CliWrap.Buffered;

namespace Cassandra.Lab.Tests.UnitAgent;

public sealed class LockTests
{
    /// <summary>Two units; the first is held inside its config-changed.</summary>
    private static async Task<(Lab.Juju.Unit Held, Lab.Juju.Unit Other)> HeldAndOtherAsync(AgentUnderTest test, ScriptCharm otherCharm)
    {
        var held = await test.DeployAsync(new ScriptCharm()
            .Hook("config-changed", $"[ -z \"$(config-get text)\" ] || {{ {test.Gate("in")}; {test.Note("held")}; }}")
            .Action("quick", test.Note("quick of the same unit")));
        var other = await test.DeployAsync(otherCharm, "other/0");
        await held.ConfigureAsync(("text", "x"));
        await test.ReachedAsync("in");
        return (held, other);
    }

    [Fact]
    public async Task Only_one_hook_runs_at_a_time_on_a_machine()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var (held, other) = await HeldAndOtherAsync(test, new ScriptCharm().Hook("update-status", test.Note("other")));
        var hook = other.HookAsync("update-status", TestContext.Current.CancellationToken);
        await other.WaitForStatusAsync(s => s.WaitsForMachine, AgentUnderTest.Limit);
        Assert.Empty(test.Notes());
        test.Open("in");
        await hook;
        await held.WaitForIdleAsync();

        Assert.Equal(["held", "other"], test.Notes());
    }

    [Fact]
    public async Task A_parallel_action_of_another_unit_runs_beside_a_hook_and_any_other_waits()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var (held, other) = await HeldAndOtherAsync(
            test, new ScriptCharm().Action("quick", test.Note("quick")).Action("act", test.Note("act")));
        await other.RunActionAsync("quick");
        Assert.Equal(["quick"], test.Notes());
        var waiting = other.RunActionAsync("act");
        await other.WaitForStatusAsync(s => s.WaitsForMachine, AgentUnderTest.Limit);
        test.Open("in");
        await waiting;
        await held.WaitForIdleAsync();

        Assert.Equal(["quick", "held", "act"], test.Notes());
    }

    [Fact]
    public async Task Even_a_parallel_action_waits_for_its_own_units_hook()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var (held, other) = await HeldAndOtherAsync(test, new ScriptCharm().Action("quick", test.Note("quick of the other")));
        var waiting = held.RunActionAsync("quick");
        await other.RunActionAsync("quick"); // time enough for the first to run, did it not wait
        test.Open("in");
        await waiting;

        Assert.Equal(["quick of the other", "held", "quick of the same unit"], test.Notes());
    }

    [Fact]
    public async Task Juju_exec_runs_in_the_units_context_after_the_running_hook()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var (_, _) = await HeldAndOtherAsync(test, new ScriptCharm());
        var running = ExecAsync(test, "fake/0", test.Note("exec $JUJU_UNIT_NAME [$JUJU_HOOK_NAME] [$JUJU_DISPATCH_PATH] $PWD") + "; status-set active done; exit 7");
        test.Open("in");
        var result = await running;

        Assert.Equal(7, result.ExitCode);
        Assert.Equal(["held", $"exec fake/0 [] [] {test.Agent.Paths.CharmDirectory("fake/0")}"], test.Notes());
    }

    [Theory]
    [InlineData(new[] { "fake/0", "--", "status-set", "active", "two words" }, 0, "")]
    [InlineData(new[] { "-u", "fake/0", "status-set active 'two words'" }, 0, "")]
    [InlineData(new[] { "unit-fake-0", "status-set", "--", "active", "two words" }, 0, "")]
    [InlineData(new[] { "status-set active 'two words'" }, 0, "")]
    [InlineData(new[] { "fake/9", "true" }, 1, "ERROR unit \"fake/9\" not found on this machine\n")]
    [InlineData(new[] { "fake/0" }, 2, "ERROR missing commands\n")]
    [InlineData(new[] { "fake/0", "status-set nonsense" }, 2, "ERROR invalid status \"nonsense\", expected one of [maintenance blocked waiting active]\n")]
    public async Task Juju_exec_reads_its_arguments_as_juju_does(string[] arguments, int exitCode, string error)
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm());
        var result = await ExecAsync(test, arguments);

        Assert.Equal((exitCode, error), (result.ExitCode, result.StandardError));
        if (exitCode == 0)
            Assert.Equal("two words", (await unit.StatusAsync()).Message);
    }

    [Fact]
    public async Task Juju_exec_refuses_to_run_inside_a_hook()
    {
        await using var test = await AgentUnderTest.StartAsync();
        await test.DeployAsync(new ScriptCharm().Hook(
            "start", $"{test.Agent.Paths.JujuExec} fake/0 true 2> {test.Scratch}/notes; {test.Note("exit $?")}"));

        Assert.StartsWith("ERROR juju-exec cannot be called from within a hook", test.Notes()[0], StringComparison.Ordinal);
        Assert.Equal("exit 2", test.Notes()[1]);
    }

    private static async Task<BufferedCommandResult> ExecAsync(AgentUnderTest test, params string[] arguments) =>
        await Cli.Wrap(test.Agent.Paths.JujuExec).WithArguments(arguments)
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(TestContext.Current.CancellationToken);
}
