using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Juju;

namespace Cassandra.Charm.Tests.Juju;

public sealed class HookToolsTests
{
    private readonly RecordedTools _recorded = new();
    private readonly HookTools _tools;

    public HookToolsTests() => _tools = new HookTools(_recorded);

    [Fact]
    public async Task A_status_is_one_line_behind_two_dashes()
    {
        _recorded.Answering("status-set");

        await _tools.Status.SetAsync(UnitStatus.Blocked("-x: no\r\n such volume\n"), TestContext.Current.CancellationToken);

        Assert.Equal(["status-set|blocked|--|-x: no such volume"], _recorded.Calls);
    }

    [Fact]
    public async Task The_version_cannot_be_taken_for_a_flag()
    {
        _recorded.Answering("application-version-set");

        await _tools.Status.SetVersionAsync("-5.0", TestContext.Current.CancellationToken);

        Assert.Equal(["application-version-set|--|-5.0"], _recorded.Calls);
    }

    [Fact]
    public async Task All_options_are_asked_for_in_one_call()
    {
        _recorded.Answering("config-get", """{"volume-map":"a/0: b","num-tokens":16}""" + "\n");

        var options = await _tools.Config.GetAllAsync(TestContext.Current.CancellationToken);

        Assert.Equal("a/0: b", options.GetProperty("volume-map").GetString());
        Assert.Equal(["config-get|--format=json"], _recorded.Calls);
    }

    [Theory]
    [InlineData("""{"bind-addresses":[{"mac-address":"x","interface-name":"eth0","addresses":[{"hostname":"","value":"10.0.0.7","cidr":"10.0.0.0/24"}]}],"egress-subnets":[],"ingress-addresses":["10.0.0.7"]}""", "10.0.0.7")]
    [InlineData("""{"bind-addresses":[{"interface-name":"lo","addresses":null},{"addresses":[{"value":"10.0.0.8"}]}]}""", "10.0.0.8")]
    [InlineData("{}", null)]
    [InlineData("null", null)]
    public async Task The_address_is_the_first_of_the_cluster_binding(string answer, string? expected)
    {
        _recorded.Answering("network-get", answer);

        Assert.Equal(expected, await _tools.Network.AddressAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["network-get|cluster|--format=json"], _recorded.Calls);
    }

    [Fact]
    public async Task Units_come_with_their_goal()
    {
        _recorded.Answering("goal-state",
            """{"units":{"cassandra/0":{"status":"active","since":"x"},"cassandra/1":{"status":"dying"}},"relations":{"r":{}}}""");

        var units = await _tools.Application.UnitsAsync(TestContext.Current.CancellationToken);

        Assert.Equal([("cassandra/0", false), ("cassandra/1", true)], units.Select(unit => (unit.Name, unit.IsDying)));
    }

    [Theory]
    [InlineData("true\n", true)]
    [InlineData("false\n", false)]
    public async Task Leadership_is_read(string answer, bool expected)
    {
        _recorded.Answering("is-leader", answer);

        Assert.Equal(expected, await _tools.Application.IsLeaderAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_port_is_opened_with_its_protocol()
    {
        _recorded.Answering("open-port");

        await _tools.Network.OpenPortAsync(9042, TestContext.Current.CancellationToken);

        Assert.Equal(["open-port|9042/tcp"], _recorded.Calls);
    }

    [Fact]
    public async Task An_empty_package_resource_stands_for_none()
    {
        var file = Path.GetTempFileName();
        _recorded.Answering("resource-get", file + "\n");

        Assert.Null(await _tools.Resources.PackageAsync(TestContext.Current.CancellationToken));
        await File.WriteAllTextAsync(file, "!<arch>\n", TestContext.Current.CancellationToken);
        Assert.Equal(file, await _tools.Resources.PackageAsync(TestContext.Current.CancellationToken));
        File.Delete(file);
    }

    [Fact]
    public async Task A_package_without_a_path_is_none()
    {
        _recorded.Answering("resource-get", "\n");

        Assert.Null(await _tools.Resources.PackageAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_package_that_was_never_attached_is_none()
    {
        _recorded.Failing("resource-get", 1, "could not download resource: resource#cassandra/cassandra-package not found");

        Assert.Null(await _tools.Resources.PackageAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_package_that_cannot_be_fetched_is_not_taken_for_none()
    {
        _recorded.Failing("resource-get", 1, "could not download resource: connection refused");

        var failure = await Assert.ThrowsAsync<EffectFailedException>(
            () => _tools.Resources.PackageAsync(TestContext.Current.CancellationToken));
        Assert.Contains("connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_of_an_action_go_in_one_call_as_keys_and_texts()
    {
        _recorded.Answering("action-set");

        await _tools.Action.SetAsync(
            new Dictionary<string, string> { ["volume.entry"] = "vol-1", ["plan"] = "a = b\nc" },
            TestContext.Current.CancellationToken);

        Assert.Equal(["action-set|--|volume.entry=vol-1|plan=a = b\nc"], _recorded.Calls);
    }

    [Theory]
    [InlineData("Volume")]
    [InlineData("volume_id")]
    [InlineData("stdout")]
    [InlineData("volume.")]
    [InlineData("-x")]
    [InlineData("")]
    public async Task A_key_that_juju_would_refuse_is_a_mistake_of_ours(string key) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _tools.Action.SetAsync(
            new Dictionary<string, string> { [key] = "x" }, TestContext.Current.CancellationToken));

    [Fact]
    public async Task No_results_are_no_call()
    {
        await _tools.Action.SetAsync(new Dictionary<string, string>(), TestContext.Current.CancellationToken);

        Assert.Empty(_recorded.Calls);
    }

    [Fact]
    public async Task An_answer_that_is_not_json_names_the_tool()
    {
        _recorded.Answering("is-leader", "True");

        var failure = await Assert.ThrowsAsync<HookToolException>(
            () => _tools.Application.IsLeaderAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("is-leader", failure.Message, StringComparison.Ordinal);
    }
}
