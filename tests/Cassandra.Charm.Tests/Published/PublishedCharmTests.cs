using Cassandra.Charm.Tests.Packing;

namespace Cassandra.Charm.Tests.Published;

/// <summary>
/// The native binary, called through its links as the unit agent calls it: what only shows after ahead-of-time
/// compilation shows here.
/// </summary>
public sealed class PublishedCharmTests(PackedCharm charm) : IDisposable
{
    private const int KilledBySigterm = 200 + 15;

    private readonly UnpackedUnit _unit = new(charm);

    public static TheoryData<string> Hooks => [.. Names("hooks")];

    public static TheoryData<string> Actions => [.. Names("actions")];

    public void Dispose() => _unit.Dispose();

    [Theory]
    [MemberData(nameof(Hooks))]
    public async Task Every_hook_ends_well_and_reports(string name)
    {
        var ending = await _unit.HookAsync(name);

        Assert.True(ending.ExitCode == 0, $"{ending}");
        Assert.Equal("", ending.Error);
        if (name != "remove") // nobody sees the status of a unit that is gone
            Assert.Contains(_unit.Calls, call => call.StartsWith("status-set|", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task Every_action_answers(string name)
    {
        _unit.Answer("action-get", """{"volume":"vol-00000081","reason":"a test"}""");

        var ending = await _unit.ActionAsync(name);

        Assert.Equal((0, "", ""), (ending.ExitCode, ending.Output, ending.Error));
        Assert.Contains(_unit.Calls, call => call.StartsWith("action-set|", StringComparison.Ordinal) || call.StartsWith("action-fail|", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_name_of_the_link_alone_is_enough()
    {
        var ending = await _unit.RunAsync("hooks/update-status");

        Assert.Equal(0, ending.ExitCode);
        Assert.Contains(_unit.Calls, call => call.StartsWith("status-set|", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hook_that_a_later_juju_may_have_ends_well_and_does_nothing()
    {
        var ending = await _unit.RunAsync("hooks/update-status", "JUJU_DISPATCH_PATH=hooks/collect-metrics");

        Assert.Equal((0, "the hook collect-metrics means nothing to this charm\n"), (ending.ExitCode, ending.Output));
        Assert.Empty(_unit.Calls);
    }

    [Fact]
    public async Task A_broken_hook_tool_fails_the_hook_with_the_reason_in_jujus_log()
    {
        _unit.Tool("status-set", "echo 'ERROR connection refused' >&2; exit 1");

        var ending = await _unit.HookAsync("update-status");

        Assert.Equal(1, ending.ExitCode);
        Assert.Contains(_unit.Calls, call => call.StartsWith("juju-log|--log-level|CRITICAL|--|update-status failed", StringComparison.Ordinal));
        Assert.Contains("status-set failed with exit code 1: connection refused", string.Join('\n', _unit.Calls), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_hook_tool_the_reason_is_on_standard_error()
    {
        _unit.Without("status-set");
        _unit.Without("config-get");
        _unit.Without("juju-log");

        var ending = await _unit.HookAsync("update-status");

        Assert.Equal(1, ending.ExitCode);
        Assert.Contains("cannot run: it is in no directory of PATH", ending.Error, StringComparison.Ordinal);
        Assert.Contains("juju-log", ending.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hook_tool_is_never_taken_from_the_charms_own_directory()
    {
        _unit.Without("status-set");
        File.Copy("/bin/true", _unit.Inside("/var/lib/juju/agents/unit-cassandra-0/charm/status-set"));

        Assert.Equal(1, (await _unit.HookAsync("update-status")).ExitCode);
    }

    [Fact]
    public async Task Sigterm_ends_a_hook_by_the_signal_so_that_juju_runs_it_again()
    {
        _unit.Tool("status-set", "kill -TERM $PPID; sleep 60");

        Assert.Equal(KilledBySigterm, (await _unit.HookAsync("update-status")).ExitCode);
    }

    [Fact]
    public async Task Help_and_version_are_for_people()
    {
        var help = await _unit.CommandAsync("--help");
        var version = await _unit.CommandAsync("--version");
        var nothing = await _unit.CommandAsync();

        Assert.Equal((0, 0, 2), (help.ExitCode, version.ExitCode, nothing.ExitCode));
        Assert.Contains("cassandra-charm guard", help.Output, StringComparison.Ordinal);
        Assert.Equal(help.Output, nothing.Error);
    }

    private static IEnumerable<string> Names(string directory) =>
        Directory.EnumerateFileSystemEntries(Repository.PathOf(directory)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
