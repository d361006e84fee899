using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Juju;

/// <summary>What <c>juju status</c> shows. Takes effect at once and stays, also if the hook then fails.</summary>
internal sealed class StatusTools(IHookToolRunner runner)
{
    /// <summary>Sets the unit's status; the message becomes one line.</summary>
    public Task SetAsync(UnitStatus status, CancellationToken cancel) =>
        runner.RunAsync("status-set", [Word(status.State), "--", OneLine(status.Message)], cancel);

    /// <summary>Sets the version of the workload.</summary>
    public Task SetVersionAsync(string version, CancellationToken cancel) =>
        runner.RunAsync("application-version-set", ["--", version], cancel);

    private static string Word(UnitState state) => state switch
    {
        UnitState.Active => "active",
        UnitState.Maintenance => "maintenance",
        UnitState.Waiting => "waiting",
        UnitState.Blocked => "blocked",
    };

    private static string OneLine(string message) =>
        string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
