namespace Cassandra.Charm.Juju;

/// <summary>Workload status of a unit.</summary>
internal enum UnitState
{
    /// <summary>Serving.</summary>
    Active,

    /// <summary>Busy with something that ends by itself.</summary>
    Maintenance,

    /// <summary>Needs something from outside that may come by itself.</summary>
    Waiting,

    /// <summary>Needs the operator.</summary>
    Blocked,
}

/// <summary>What <c>juju status</c> shows. Takes effect at once and stays, also if the hook then fails.</summary>
internal sealed class StatusTools(IHookToolRunner runner)
{
    /// <summary>Sets the unit's status; the message becomes one line.</summary>
    public Task SetAsync(UnitState state, string message, CancellationToken cancel) =>
        runner.RunAsync("status-set", [Word(state), "--", OneLine(message)], cancel);

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
