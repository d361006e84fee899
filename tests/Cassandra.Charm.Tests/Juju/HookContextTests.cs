using Cassandra.Charm.Juju;

namespace Cassandra.Charm.Tests.Juju;

public sealed class HookContextTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["JUJU_CONTEXT_ID"] = "cassandra/3-update-status-1",
        ["JUJU_DISPATCH_PATH"] = "hooks/update-status",
        ["JUJU_HOOK_NAME"] = "update-status",
        ["JUJU_UNIT_NAME"] = "cassandra/3",
        ["JUJU_MODEL_UUID"] = "6f5d0b7e-2b0a-4c5e-9d5b-0f1f8f9f7a11",
        ["JUJU_MODEL_NAME"] = "test",
        ["JUJU_MACHINE_ID"] = "4/lxd/0",
        ["JUJU_AVAILABILITY_ZONE"] = "zone-b",
        ["JUJU_CHARM_DIR"] = "/var/lib/juju/agents/unit-cassandra-3/charm",
        ["JUJU_CHARM_HTTP_PROXY"] = "http://proxy:3128",
        ["JUJU_CHARM_HTTPS_PROXY"] = "",
    };

    [Fact]
    public void Reads_the_unit_and_where_it_runs()
    {
        var context = HookContext.Read(name => Variables.GetValueOrDefault(name), "hooks/other");

        Assert.Equal(new Trigger.Hook("update-status"), context.Trigger);
        Assert.Equal(("cassandra/3", "cassandra", "4/lxd/0"), (context.Unit, context.Application, context.MachineId));
        Assert.Equal("zone-b", context.AvailabilityZone);
        Assert.Equal(new Proxies("http://proxy:3128", "", ""), context.Proxies);
        Assert.Equal("6f5d0b7e-2b0a-4c5e-9d5b-0f1f8f9f7a11", context.Identity.ModelUuid);
    }

    [Theory]
    [InlineData("JUJU_UNIT_NAME")]
    [InlineData("JUJU_MODEL_UUID")]
    public void Names_the_variable_that_an_agent_would_have_set(string missing)
    {
        var failure = Assert.Throws<InvalidOperationException>(
            () => HookContext.Read(name => name == missing ? "" : Variables.GetValueOrDefault(name), ""));

        Assert.Contains(missing, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hooks/config-changed", "ignored", "ignored", "config-changed", HookEvent.ConfigChanged)]
    [InlineData(null, "start", "actions/hold", "start", HookEvent.Start)]
    [InlineData("", "", "/c/hooks/stop", "stop", HookEvent.Stop)]
    [InlineData("hooks/collect-metrics", "", "", "collect-metrics", HookEvent.Unknown)]
    [InlineData("hooks/Install", "", "", "Install", HookEvent.Unknown)]
    public void The_dispatch_path_names_the_hook_then_the_hook_name_then_argv0(
        string? path, string? hookName, string calledAs, string name, HookEvent expected)
    {
        var hook = Assert.IsType<Trigger.Hook>(Trigger.Read(path, hookName, calledAs));

        Assert.Equal((name, expected), (hook.Name, hook.Event));
    }

    [Theory]
    [InlineData("actions/hold", "")]
    [InlineData("actions/hold", "update-status")]
    [InlineData("", "", "/c/actions/hold")]
    [InlineData(null, null, "actions/hold")]
    public void An_action_is_told_by_its_directory(string? path, string? hookName, string calledAs = "x") =>
        Assert.Equal(new Trigger.Action("hold"), Trigger.Read(path, hookName, calledAs));

    [Fact]
    public void Outside_a_hook_there_is_no_context()
    {
        Assert.False(HookContext.IsPresent(_ => null));
        Assert.False(HookContext.IsPresent(_ => ""));
        Assert.True(HookContext.IsPresent(name => Variables.GetValueOrDefault(name)));
    }
}
