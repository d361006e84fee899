using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
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

    public async Task RunAsync(PendingAction action, MachineLock machineLock, CancellationToken stop)
    {
        if (_record.Read(u => u.RunningAction) == action.Id)
        {
            // Begun by an agent that died: running an arbitrary command again can be harmful, so it is failed.
            Finish(Result(action, null, null, "action terminated"), null, null);
            return;
        }

        var definition = worker.Charm.Actions.GetValueOrDefault(action.Name);
        using var locked = definition is { NeedsMachineLock: false } ? null : await machineLock.AcquireAsync(_record, stop);
        await RunLockedAsync(action, definition);
    }

    private async Task RunLockedAsync(PendingAction action, ActionDefinition? definition)
    {
        var run = OpenRun.Begin(_record, "action", action.Name, unit =>
        {
            unit.RunningAction = action.Id;
            _record.SetAgent(unit, "executing", $"running action {action.Name}");
        });
        HookContext? context = null;
        WaitStatus? status = null;
        string? fault;
        try
        {
            context = worker.Contexts.Create(
                worker.Charm, action.Name, action: action with { Parameters = Parameters(action, definition) });
            status = await StartAsync(context, action.Name);
            fault = context.FailMessage ?? Fault(status);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            fault = e.Message;
        }

        Finish(
            Result(action, context, status, fault),
            status is { ExitCode: 0 } ? context : null,
            run.End(fault is null ? RunOutcome.Succeeded : RunOutcome.Failed, status, fault));
    }

    private JsonObject Parameters(PendingAction action, ActionDefinition? definition) =>
        definition?.Validated(action.Parameters, strictByDefault: !machine.Read(m => m.IsThree))
        ?? throw new FormatException($"action \"{action.Name}\" not defined on unit \"{_record.Name}\"");

    private async Task<WaitStatus?> StartAsync(HookContext context, string name)
    {
        var directory = paths.CharmDirectory(_record.Name);
        if (HookLocator.Find(directory, "actions", name) is not { } handler)
            return null;
        var command = new ChildCommand(handler, [handler], HookEnvironment.Of(context, $"actions/{name}"), directory);
        return await worker.Contexts.RunAsync(
            context, command, line => _stdout.Append(line).Append('\n'), line => _stderr.Append(line).Append('\n'));
    }

    private string? Fault(WaitStatus? status) => status switch
    {
        null => $"action not implemented on unit \"{_record.Name}\"",
        { ExitCode: 0 } => null,
        _ => status.ToString(),
    };

    private ActionResult Result(PendingAction action, HookContext? context, WaitStatus? status, string? fault) =>
        new(action.Id, _record.Name, action.Name, fault is null ? "completed" : "failed")
        {
            Message = fault,
            ExitCode = status is null ? null : status.Value.ExitCode ?? -1, // Go's exit code of a signalled process
            Stdout = _stdout.ToString(),
            Stderr = _stderr.ToString(),
            Results = context?.Results ?? [],
            Log = context?.ActionLog ?? [],
        };

    /// <summary>The result is on disk before the action leaves the queue.</summary>
    private void Finish(ActionResult result, HookContext? committed, HookRun? run)
    {
        DurableFile.Write(
            paths.ActionFile(_record.Name, result.Id), JsonSerializer.SerializeToUtf8Bytes(result, WireJson.Relaxed.ActionResult));
        _record.Change(unit =>
        {
            committed?.Commit(unit);
            unit.Actions.RemoveAll(a => a.Id == result.Id);
            unit.RunningAction = null;
            if (run is not null)
                _record.FinishRun(unit, run);
            _record.ShowError(unit);
        });
    }
}
