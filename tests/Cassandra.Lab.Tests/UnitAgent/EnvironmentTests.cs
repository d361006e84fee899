using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

public sealed class EnvironmentTests
{
    private static string DumpTo(AgentUnderTest test, string name) =>
        $"tr '\\0' '\\n' < /proc/$$/environ > {test.Scratch}/{name}";

    private static SortedDictionary<string, string> Dumped(AgentUnderTest test, string name) => new(
        test.Notes(name).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1]), StringComparer.Ordinal);

    [Fact]
    public async Task A_hook_gets_exactly_the_environment_of_the_contract_and_inherits_nothing()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("install", "").Hook("config-changed", DumpTo(test, "env")));
        await unit.SetModelAsync("zone", "az1");
        await unit.ConfigureAsync(("text", "x"));
        await unit.WaitForIdleAsync();

        var charm = test.Agent.Paths.CharmDirectory("fake/0");
        var environment = Dumped(test, "env");
        Assert.StartsWith("fake/0-config-changed-", environment["JUJU_CONTEXT_ID"], StringComparison.Ordinal);
        Assert.True(Guid.TryParse(environment["JUJU_MODEL_UUID"], out _));
        environment.Remove("JUJU_CONTEXT_ID");
        environment.Remove("JUJU_MODEL_UUID");
        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["APT_LISTCHANGES_FRONTEND"] = "none",
                ["CHARM_DIR"] = charm,
                ["CLOUD_API_VERSION"] = "",
                ["DEBIAN_FRONTEND"] = "noninteractive",
                ["JUJU_AGENT_SOCKET_ADDRESS"] = test.Agent.Paths.AgentSocket("fake/0"),
                ["JUJU_AGENT_SOCKET_NETWORK"] = "unix",
                ["JUJU_API_ADDRESSES"] = "10.0.0.1:17070",
                ["JUJU_AVAILABILITY_ZONE"] = "az1",
                ["JUJU_CHARM_DIR"] = charm,
                ["JUJU_CHARM_FTP_PROXY"] = "",
                ["JUJU_CHARM_HTTPS_PROXY"] = "",
                ["JUJU_CHARM_HTTP_PROXY"] = "",
                ["JUJU_CHARM_NO_PROXY"] = "",
                ["JUJU_DISPATCH_PATH"] = "hooks/config-changed",
                ["JUJU_HOOK_NAME"] = "config-changed",
                ["JUJU_MACHINE_ID"] = "0",
                ["JUJU_METER_INFO"] = "not set",
                ["JUJU_METER_STATUS"] = "AMBER",
                ["JUJU_MODEL_NAME"] = "lab",
                ["JUJU_PRINCIPAL_UNIT"] = "",
                ["JUJU_SLA"] = "unsupported",
                ["JUJU_UNIT_NAME"] = "fake/0",
                ["JUJU_VERSION"] = "3.6.27",
                ["LANG"] = "C.UTF-8",
                ["PATH"] = $"{test.Agent.Paths.ToolsDirectory("fake/0")}:/usr/bin:/bin",
                ["TERM"] = "tmux-256color",
            },
            environment);
    }

    [Fact]
    public async Task Juju_4_has_no_meter_variables()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("config-changed", DumpTo(test, "env")));
        await unit.SetModelAsync("version", "4.0.15");
        await unit.ConfigureAsync(("text", "x"));
        await unit.WaitForIdleAsync();

        Assert.DoesNotContain(Dumped(test, "env").Keys, k => k is "JUJU_SLA" or "JUJU_METER_STATUS" or "JUJU_METER_INFO");
    }

    [Fact]
    public async Task An_action_has_an_empty_hook_name_and_variables_of_its_own()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Action("act", DumpTo(test, "env")));
        var result = await unit.RunActionAsync("act");

        var environment = Dumped(test, "env");
        Assert.Equal("", environment["JUJU_HOOK_NAME"]);
        Assert.Equal("actions/act", environment["JUJU_DISPATCH_PATH"]);
        Assert.Equal("act", environment["JUJU_ACTION_NAME"]);
        Assert.Equal($"{result.Id}", environment["JUJU_ACTION_UUID"]);
        Assert.Equal($"action-{result.Id}", environment["JUJU_ACTION_TAG"]);
    }

    [Fact]
    public async Task A_relation_hook_is_told_the_relation_and_the_remote_side()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm()
            .Hook("ring-relation-created", DumpTo(test, "created"))
            .Hook("ring-relation-joined", DumpTo(test, "joined"))
            .Hook("ring-relation-departed", DumpTo(test, "departed")));
        await unit.SetRemoteAsync("ring", "fake/1", ("a", "b"));
        await unit.WaitForIdleAsync();
        await unit.DepartRemoteAsync("ring", "fake/1");
        await unit.WaitForIdleAsync();

        var created = Dumped(test, "created");
        Assert.Equal(("ring", "ring:0", "fake", ""), (created["JUJU_RELATION"], created["JUJU_RELATION_ID"], created["JUJU_REMOTE_APP"], created["JUJU_REMOTE_UNIT"]));
        Assert.Equal("fake/1", Dumped(test, "joined")["JUJU_REMOTE_UNIT"]);
        Assert.Equal("fake/1", Dumped(test, "departed")["JUJU_DEPARTING_UNIT"]);
    }

    [Fact]
    public async Task A_handler_runs_under_its_unresolved_path_without_arguments_in_the_charm_directory_with_no_input()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm()
            .File("bin/handler", $"#!/bin/sh\necho \"$0 $#\" > {test.Scratch}/call\npwd >> {test.Scratch}/call\n"
                + $"readlink /proc/$$/fd/0 >> {test.Scratch}/call\n", "755")
            .Link("hooks/start", "../bin/handler")
            // Without operands it complains under the name it was called by: argv[0].
            .File("bin/program", File.ReadAllBytes("/usr/bin/readlink"), "755")
            .Link("actions/act", "../bin/program"));

        var charm = test.Agent.Paths.CharmDirectory("fake/0");
        Assert.Equal([$"{charm}/hooks/start 0", charm, "/dev/null"], test.Notes("call"));
        var result = await unit.RunActionAsync("act");
        Assert.StartsWith($"{charm}/actions/act: missing operand", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hook_starts_with_default_signal_dispositions()
    {
        await using var test = await AgentUnderTest.StartAsync();
        await test.DeployAsync(new ScriptCharm().Hook("start", $"grep -E 'Sig(Ign|Blk)' /proc/self/status > {test.Scratch}/signals"));

        // Bits 31 and up are libc's own signals, which posix_spawn ignores whatever is asked.
        Assert.All(test.Notes("signals"), line => Assert.Equal(0, Convert.ToInt64(line.Split('\t')[1], 16) & 0x7fffffff));
    }
}
