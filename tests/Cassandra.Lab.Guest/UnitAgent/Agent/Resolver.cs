using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>What the unit does next.</summary>
internal abstract record Operation
{
    private Operation()
    {
    }

    public sealed record RunHook(HookEvent Hook) : Operation;

    /// <summary>The operator resolved the failed hook without running it again.</summary>
    public sealed record SkipHook(HookEvent Hook) : Operation;

    public sealed record RunAction(PendingAction Action) : Operation;

    public sealed record RunCommand : Operation;

    public sealed record Upgrade : Operation;

    /// <summary>Remove the unit's directories; nothing follows.</summary>
    public sealed record Finish : Operation;

    /// <summary>Nothing to do until something changes or, if given, until then.</summary>
    public sealed record Wait(DateTimeOffset? Until) : Operation;
}

/// <summary>What lies outside the unit's document and decides what is next.</summary>
internal sealed record Surroundings(
    DateTimeOffset Now, long ConfigVersion, bool HasCommands, double UpdateStatusInterval, bool RetryHooks, bool IsThree);

/// <summary>Juju's order of things (contract sections 2.1 and 2.2), as a pure function.</summary>
internal static class Resolver
{
    public static Operation Next(UnitDocument unit, Surroundings around)
    {
        if (unit.Removed)
            return new Operation.Finish();
        if (!unit.Unpacked)
            return new Operation.Upgrade();
        if (unit.StartAfterReboot && unit.Operation is null)
            return new Operation.RunHook(new HookEvent("start"));
        return unit.Operation switch
        {
            { Step: HookStep.Queued } queued => around.HasCommands ? new Operation.RunCommand() : Queued(unit, queued.Hook),
            { Step: HookStep.Pending } failed => InError(unit, failed, around),
            _ => Settled(unit, around),
        };
    }

    private static Operation Queued(UnitDocument unit, HookEvent hook) =>
        unit.Dying && hook.Name == "install" ? new Operation.Finish() : new Operation.RunHook(hook);

    /// <summary>A hook failed: actions and commands still run, so that an operator can repair.</summary>
    private static Operation InError(UnitDocument unit, PendingHook failed, Surroundings around)
    {
        if (unit.Actions.Count > 0)
            return new Operation.RunAction(unit.Actions[0]);
        if (around.HasCommands)
            return new Operation.RunCommand();
        if (unit is { ForceUpgrade: true, Target: not null })
            return new Operation.Upgrade();
        return unit.Resolved switch
        {
            "retry" => new Operation.RunHook(failed.Hook),
            "skip" => new Operation.SkipHook(failed.Hook),
            _ when !around.RetryHooks => new Operation.Wait(null),
            _ when failed.RetryAt is { } at && at > around.Now => new Operation.Wait(at),
            _ => new Operation.RunHook(failed.Hook),
        };
    }

    private static Operation Settled(UnitDocument unit, Surroundings around)
    {
        var urgent = Urgent(unit, around);
        if (urgent is not null)
            return urgent;
        if (unit.Dying)
            return TearDown(unit);
        if (!unit.Installed)
            return new Operation.RunHook(new HookEvent("install"));
        if (unit.Target is not null || unit.ResourcesChanged)
            return new Operation.Upgrade();
        if (unit.ConfigVersionSeen != around.ConfigVersion)
            return new Operation.RunHook(new HookEvent("config-changed"));
        if (!unit.Started)
            return new Operation.RunHook(new HookEvent("start"));
        return RelationEvents.Next(unit) is { } relation ? new Operation.RunHook(relation)
            : unit.Requested.Count > 0 ? new Operation.RunHook(unit.Requested[0])
            : UpdateStatus(unit, around);
    }

    /// <summary>What comes before the unit's own course: new relations, leadership, actions, commands.</summary>
    private static Operation? Urgent(UnitDocument unit, Surroundings around)
    {
        if (unit is { Installed: true, Dying: false })
        {
            if (RelationEvents.NextCreated(unit) is { } created)
                return new Operation.RunHook(created);
            if (Leadership(unit, around) is { } leadership)
                return new Operation.RunHook(leadership);
        }

        if (unit is { Installed: true, Actions.Count: > 0 })
            return new Operation.RunAction(unit.Actions[0]);
        return around.HasCommands ? new Operation.RunCommand() : null;
    }

    /// <summary>A demoted unit hears nothing; 3.x tells a follower once at the start.</summary>
    private static HookEvent? Leadership(UnitDocument unit, Surroundings around) =>
        unit.Leader && unit.LeadershipSeen != "leader" ? new HookEvent("leader-elected")
        : !unit.Leader && unit.LeadershipSeen is null && around.IsThree ? new HookEvent("leader-settings-changed")
        : null;

    private static Operation TearDown(UnitDocument unit)
    {
        if (RelationEvents.NextWhenDying(unit) is { } relation)
            return new Operation.RunHook(relation);
        if (unit is { Started: true, Stopped: false })
            return new Operation.RunHook(new HookEvent("stop"));
        return unit.Installed ? new Operation.RunHook(new HookEvent("remove")) : new Operation.Finish();
    }

    private static Operation UpdateStatus(UnitDocument unit, Surroundings around)
    {
        if (around.UpdateStatusInterval <= 0)
            return new Operation.Wait(null);
        var due = unit.LastUpdateStatus + TimeSpan.FromSeconds(around.UpdateStatusInterval);
        return due <= around.Now ? new Operation.RunHook(new HookEvent("update-status")) : new Operation.Wait(due);
    }
}
