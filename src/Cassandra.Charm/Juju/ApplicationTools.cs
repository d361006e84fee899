namespace Cassandra.Charm.Juju;

/// <summary>The unit among its application's units.</summary>
internal sealed class ApplicationTools(IHookToolRunner runner)
{
    /// <summary>All units of the application, this one and dying ones included.</summary>
    public async Task<IReadOnlyList<GoalUnit>> UnitsAsync(CancellationToken cancel)
    {
        var answer = await runner
            .ReadJsonAsync("goal-state", [], JujuJson.Default.GoalStateAnswer, cancel).ConfigureAwait(false);
        return [.. (answer?.Units ?? []).Select(unit => new GoalUnit(unit.Key, unit.Value.Status ?? ""))];
    }

    /// <summary>Whether this unit leads; true for the next 30 s.</summary>
    public Task<bool> IsLeaderAsync(CancellationToken cancel) =>
        runner.ReadJsonAsync("is-leader", [], JujuJson.Default.Boolean, cancel);
}

/// <summary>A unit that the application has or will have.</summary>
/// <param name="Name">E.g. <c>cassandra/0</c>.</param>
/// <param name="Status">Juju's word: <c>active</c>, <c>waiting</c>, <c>dying</c>, …</param>
internal sealed record GoalUnit(string Name, string Status)
{
    /// <summary>It is being removed.</summary>
    public bool IsDying => Status == "dying";
}

/// <summary>Answer of <c>goal-state</c>.</summary>
internal sealed record GoalStateAnswer(Dictionary<string, GoalStateUnit>? Units);

/// <summary>One unit of it.</summary>
internal sealed record GoalStateUnit(string? Status);
