using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>What a hook's success changes in the unit's course: flags, and the hook that directly follows.</summary>
internal static class HookCommit
{
    /// <param name="configVersion">The configuration's version when the hook began.</param>
    public static void Apply(UnitDocument unit, HookEvent hook, long configVersion)
    {
        unit.Operation = null;
        if (hook.Request is not null)
            unit.Requested.RemoveAll(r => r.Request == hook.Request);
        switch (hook.Name)
        {
            case "install":
                unit.Installed = true;
                break;
            case "config-changed":
                unit.ConfigVersionSeen = configVersion;
                if (!unit.Started)
                    unit.Operation = new PendingHook(new HookEvent("start"), HookStep.Queued);
                break;
            case "start":
                unit.Started = true;
                unit.Stopped = false;
                unit.StartAfterReboot = false;
                break;
            case "upgrade-charm":
                unit.Operation = new PendingHook(new HookEvent("config-changed"), HookStep.Queued);
                break;
            case "stop":
                unit.Stopped = true;
                break;
            case "remove":
                unit.Removed = true;
                break;
            case "leader-elected":
                unit.LeadershipSeen = "leader";
                break;
            case "leader-settings-changed":
                unit.LeadershipSeen ??= "follower";
                break;
            case "update-status":
                unit.LastUpdateStatus = DateTimeOffset.UtcNow;
                break;
            default:
                RelationEvents.Commit(unit, hook);
                break;
        }
    }
}
