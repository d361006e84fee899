using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>What the agent concludes at its own start from what an earlier one left.</summary>
internal static class AgentRestart
{
    public static void Recover(UnitRecord record, UnitDocument unit, string bootId, double retryBase)
    {
        if (unit.Running is { } run)
            record.FinishRun(unit, run with { Outcome = RunOutcome.Interrupted, Error = "the agent or the machine died meanwhile" });

        // A hook that was begun is like one that failed; one that was only queued simply runs.
        if (unit.Operation is { Step: HookStep.Pending } pending)
        {
            unit.Operation = pending with
            {
                Failures = 1,
                RetryAt = DateTimeOffset.UtcNow + RetryPolicy.Delay(1, retryBase, Random.Shared.NextDouble()),
            };
            record.SetAgent(unit, "error", $"hook failed: \"{pending.Hook.Name}\"");
        }

        var rebooted = unit.BootId.Length > 0 && unit.BootId != bootId;
        unit.BootId = bootId;
        unit.StartAfterReboot |= rebooted && unit is { Started: true, Operation: null };
    }
}
