using Cassandra.Lab.Guest.UnitAgent.Hooks;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Native;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>One run of a hook, from the machine lock to the commit or the recorded failure.</summary>
internal sealed class HookRunner(UnitWorker worker, MachineRecord machine, HostServices host, CancellationToken stop)
{
    /// <summary>A hook ended by a signal: Juju waits this long to learn whether the agent itself is stopping.</summary>
    private static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(3);

    private const string Logger = "juju.worker.uniter.operation";

    private readonly UnitRecord _record = worker.Unit;

    /// <summary>False: the machine is about to reboot or the agent stops; run nothing more.</summary>
    public async Task<bool> RunAsync(HookEvent hook, MachineLock machineLock)
    {
        using var locked = await machineLock.AcquireAsync(_record, stop);
        var configVersion = _record.ReadConfig(c => c.Version);
        var run = Begin(hook);
        var context = worker.Contexts.Create(worker.Charm, hook.Name, hook);
        var (status, fault) = await StartAsync(context, hook);
        if (context.Reboot == RebootRequest.Now)
            return await RebootNowAsync(hook, run.End(RunOutcome.Killed, status, "juju-reboot --now"));
        if (status is { Signal: Spawn.Term or Spawn.Kill })
            return await KilledAsync(hook, run, status.Value);
        if (fault is not null)
        {
            Fail(hook, run.End(RunOutcome.Failed, status, fault));
            return true;
        }

        if (!Succeed(hook, context, configVersion, run.End(status is null ? RunOutcome.Skipped : RunOutcome.Succeeded, status)))
        {
            Fail(hook, run.End(RunOutcome.Failed, status, "cannot write relation settings: this unit is not the leader"));
            return true;
        }

        if (context.Reboot != RebootRequest.AfterHook)
            return true;
        await host.RebootAsync();
        return false;
    }

    /// <summary>From here until the commit the hook is "pending": a crash makes it a failed hook.</summary>
    private OpenRun Begin(HookEvent hook)
    {
        var run = OpenRun.Begin(_record, "hook", hook.Name, unit =>
        {
            var failures = unit.Operation?.Hook.Name == hook.Name ? unit.Operation.Failures : 0;
            unit.Operation = new PendingHook(hook, HookStep.Pending) { Failures = failures };
            unit.Resolved = null;
            unit.StartAfterReboot = false;
            if (hook.Name != "update-status") // not recorded, to spare the controller
                _record.SetAgent(unit, "executing", $"running {hook.Name} hook");
        }, hook.Request);
        switch (hook.Name)
        {
            case "install" when !_record.Read(u => u.StatusSet):
                _record.SetWorkload("maintenance", "installing charm software");
                break;
            case "stop":
                _record.SetWorkload("maintenance", "stopping charm software");
                break;
            case "remove":
                _record.SetWorkload("maintenance", "cleaning up prior to charm deletion");
                break;
        }

        return run;
    }

    /// <summary>How the handler ended: no status if the charm has none; a fault if it could not start or failed.</summary>
    private async Task<(WaitStatus? Status, string? Fault)> StartAsync(HookContext context, HookEvent hook)
    {
        try
        {
            var directory = context.Paths.CharmDirectory(_record.Name);
            if (HookLocator.Find(directory, "hooks", hook.Name) is not { } handler)
                return (null, null);
            var command = new ChildCommand(handler, [handler], HookEnvironment.Of(context, $"hooks/{hook.Name}"), directory);
            var status = await worker.Contexts.RunAsync(context, command, _ => { }, _ => { });
            return (status, status.ExitCode == 0 ? null : status.ToString());
        }
        catch (IOException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>False: the controller does not take what was written, and nothing of it counts.</summary>
    private bool Succeed(HookEvent hook, HookContext context, long configVersion, HookRun run)
    {
        if (!_record.Read(context.IsTaken))
            return false;
        worker.Log("INFO", Logger, run.Outcome == RunOutcome.Skipped ? $"skipped \"{hook.Name}\" hook (missing)" : $"ran \"{hook.Name}\" hook");
        switch (hook.Name)
        {
            case "stop":
                _record.SetWorkload("maintenance", "");
                break;
            case "remove":
                _record.SetWorkload("terminated", "");
                break;
            case "start" when !context.StatusWasSet && !_record.Read(u => u.StatusSet):
                _record.SetWorkload("unknown", "");
                break;
        }

        _record.Change(unit =>
        {
            context.Commit(unit);
            unit.StatusSet |= context.StatusWasSet;
            HookCommit.Apply(unit, hook, configVersion);
            _record.FinishRun(unit, run);
        });
        return true;
    }

    private void Fail(HookEvent hook, HookRun run)
    {
        worker.Log("ERROR", Logger, $"hook \"{hook.Name}\" failed: {run.Error}");
        var retryBase = machine.Read(m => m.RetryBase);
        _record.Change(unit =>
        {
            var failures = (unit.Operation?.Failures ?? 0) + 1;
            unit.Operation = new PendingHook(hook, HookStep.Pending)
            {
                Failures = failures,
                RetryAt = DateTimeOffset.UtcNow + RetryPolicy.Delay(failures, retryBase, Random.Shared.NextDouble()),
            };
            _record.SetAgent(unit, "error", $"hook failed: \"{hook.Name}\"");
            _record.FinishRun(unit, run);
        });
    }

    /// <summary>Not the hook's failure: it is queued again. If the agent lives on, Juju still reports an error.</summary>
    private async Task<bool> KilledAsync(HookEvent hook, OpenRun run, WaitStatus status)
    {
        worker.Log("WARNING", Logger, $"hook \"{hook.Name}\" was terminated");
        _record.Change(unit => unit.Operation = unit.Operation! with { Step = HookStep.Queued });
        await Task.WhenAny(Task.Delay(ShutdownGrace, stop));
        if (!stop.IsCancellationRequested)
        {
            Fail(hook, run.End(RunOutcome.Killed, status, "was killed, but the agent is still alive"));
            return true;
        }

        _record.Change(unit => _record.FinishRun(unit, run.End(RunOutcome.Killed, status)));
        return false;
    }

    private async Task<bool> RebootNowAsync(HookEvent hook, HookRun run)
    {
        _record.Change(unit =>
        {
            unit.Operation = new PendingHook(hook, HookStep.Queued);
            _record.FinishRun(unit, run);
        });
        await host.RebootAsync();
        return false;
    }
}
