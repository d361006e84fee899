using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Hooks;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>One run of an action; its result is kept whether it completes or fails.</summary>
internal sealed class ActionRunner(UnitWorker worker, MachineRecord machine, AgentPaths paths)
{
    private readonly UnitRecord _record = worker.Unit;
    private readonly StringBuilder _stdout = new();
    private readonly StringBuilder _stderr = new();

    public async Task RunAsync(PendingAction action, SemaphoreSlim machineLock, CancellationToken stop)
    {
        if (_record.Read(u => u.RunningAction) == action.Id)
        {
            // Begun by an agent that died: running an arbitrary command again can be harmful, so it is failed.
            Finish(action, new ActionResult(action.Id, _record.Name, action.Name, "failed") { Message = "action terminated" }, null, null);
            return;
        }

        var definition = worker.Charm.Actions.GetValueOrDefault(action.Name);
        var locked = definition?.NeedsMachineLock ?? true;
        if (locked)
            await machineLock.WaitAsync(stop);
        try
        {
            await RunLockedAsync(action, definition);
        }
        finally
        {
            if (locked)
                machineLock.Release();
        }
    }

    private async Task RunLockedAsync(PendingAction action, ActionDefinition? definition)
    {
        var run = new HookRun(_record.Read(u => u.Runs) + 1, "action", action.Name, DateTimeOffset.UtcNow, RunOutcome.Running);
        _record.Change(unit =>
        {
            unit.RunningAction = action.Id;
            unit.Runs = run.Number;
            unit.Running = run;
            _record.SetAgent(unit, "executing", string.Create(CultureInfo.InvariantCulture, $"running action {action.Name}"));
        });
        var clock = Stopwatch.StartNew();
        var context = worker.Contexts.Create(worker.Charm, action.Name, action: action);
        WaitStatus? status = null;
        string? fault;
        try
        {
            if (definition is null)
                throw new FormatException($"action \"{action.Name}\" not defined on unit \"{_record.Name}\"");
            action = action with { Parameters = definition.Validated(action.Parameters, strictByDefault: !machine.Read(m => m.IsThree)) };
            context = worker.Contexts.Create(worker.Charm, action.Name, action: action);
            status = await StartAsync(context, action);
            fault = status is null ? $"action not implemented on unit \"{_record.Name}\""
                : status is { ExitCode: 0 } ? context.FailMessage
                : context.FailMessage ?? status.ToString();
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            fault = e.Message;
        }

        var result = new ActionResult(action.Id, _record.Name, action.Name, fault is null ? "completed" : "failed")
        {
            Message = fault,
            ExitCode = status?.ExitCode ?? (status is null ? null : -1),
            Stdout = _stdout.ToString(),
            Stderr = _stderr.ToString(),
            Results = context.Results,
            Log = context.ActionLog,
        };
        var ended = run with
        {
            Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3),
            ExitCode = status?.ExitCode,
            Signal = status?.Signal,
            Outcome = fault is null ? RunOutcome.Succeeded : RunOutcome.Failed,
            Error = fault,
        };
        Finish(action, result, status is { ExitCode: 0 } ? context : null, ended);
    }

    private async Task<WaitStatus?> StartAsync(HookContext context, PendingAction action)
    {
        var directory = paths.CharmDirectory(_record.Name);
        if (HookLocator.Find(directory, "actions", action.Name) is not { } handler)
            return null;
        var command = new ChildCommand(handler, [handler], HookEnvironment.Of(context, $"actions/{action.Name}"), directory);
        return await worker.Contexts.RunAsync(
            context, command, line => _stdout.Append(line).Append('\n'), line => _stderr.Append(line).Append('\n'));
    }

    /// <summary>The result is on disk before the action leaves the queue.</summary>
    private void Finish(PendingAction action, ActionResult result, HookContext? committed, HookRun? run)
    {
        DurableFile.Write(
            paths.ActionFile(_record.Name, action.Id),
            JsonSerializer.SerializeToUtf8Bytes(result, WireJson.Relaxed.ActionResult));
        _record.Change(unit =>
        {
            committed?.Commit(unit);
            unit.Actions.RemoveAll(a => a.Id == action.Id);
            unit.RunningAction = null;
            if (run is not null)
                _record.FinishRun(unit, run);
            if (unit.Operation is { Step: HookStep.Pending } failed)
                _record.SetAgent(unit, "error", $"hook failed: \"{failed.Hook.Name}\"");
        });
    }
}
