using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

/// <summary>The tools as processes: where they are found, and what they say outside a hook.</summary>
public sealed class HookToolProcessTests
{
    [Fact]
    public async Task A_tool_is_refused_outside_a_hook_and_with_a_stale_context()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var tool = $"{test.Agent.Paths.ToolsDirectory("fake/0")}/is-leader";
        await test.DeployAsync(new ScriptCharm().Hook("start",
            $"(unset JUJU_CONTEXT_ID; {tool}) 2>> {test.Scratch}/notes; {test.Note("$?")}\n"
            + $"JUJU_CONTEXT_ID=stale {tool} 2>> {test.Scratch}/notes; {test.Note("$?")}\n"
            + $"command -v is-leader >> {test.Scratch}/notes"));

        var notes = test.Notes();
        Assert.Equal(["ERROR JUJU_CONTEXT_ID not set", "1"], notes[..2]);
        Assert.StartsWith("ERROR bad request: expected context id \"fake/0-start-", notes[2], StringComparison.Ordinal);
        Assert.Equal(["1", tool], notes[3..]);
    }

    [Fact]
    public async Task A_tool_hands_over_its_arguments_input_and_directory_unchanged()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Action("act", $"""
            status-set active -- "-a \"b\"  'c' 
            d é"
            printf 'x: "1"\ny: two words\n' | state-set --file -
            cd {test.Scratch}; state-get --format=json -o state.json
            """));
        await unit.RunActionAsync("act");

        Assert.Equal("-a \"b\"  'c' \nd é", (await unit.StatusAsync()).Message);
        Assert.Equal(["""{"x":"1","y":"two words"}"""], test.Notes("state.json"));
    }

    [Fact]
    public async Task Output_lines_of_a_hook_are_logged_at_their_levels_even_without_a_last_newline()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("start", "echo one; echo two >&2; printf three"));

        var lines = (await unit.LogAsync()).Split('\n').Where(l => l.Contains("unit.fake/0.start", StringComparison.Ordinal)).Select(l => l[24..]);
        Assert.Equal(
            ["DEBUG unit.fake/0.start one", "DEBUG unit.fake/0.start three", "WARNING unit.fake/0.start two"], lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Stub_tools_answer_from_files_without_an_agent()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var guest = Path.Combine(AppContext.BaseDirectory, "lab-guest");
        Directory.CreateDirectory($"{test.Scratch}/stub/answers");
        await File.WriteAllTextAsync($"{test.Scratch}/stub/answers/config-get.json", "{\"a\":1}\n");
        await File.WriteAllTextAsync($"{test.Scratch}/stub/answers/config-get.a.json", "1\n");
        var script = $"""
            eval "$({guest} stub-hook-tools {test.Scratch}/stub | sed 's/^/export /')"
            config-get --format=json; config-get a --format=json; status-set active x; echo $?
            """;
        var result = await CliWrap.Buffered.BufferedCommandExtensions.ExecuteBufferedAsync(
            CliWrap.Cli.Wrap("/bin/sh").WithArguments(["-c", script]));

        Assert.Equal("{\"a\":1}\n1\n0\n", result.StandardOutput);
    }
}
