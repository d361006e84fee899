using System.Text.Json;
using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Control;

/// <summary>run, hook, resolve, leader, goal-state.</summary>
internal static class OperateVerbs
{
    public static readonly ControlVerb[] All =
    [
        new("run", "UNIT ACTION [k=v…] [--timeout SECONDS]   (exit 0 completed, 1 failed)", new FlagSet().Text("timeout"), RunAsync),
        new("hook", "UNIT HOOK [--timeout SECONDS]   (dispatches one event and waits; exit 0 succeeded)", new FlagSet().Text("timeout"), HookAsync),
        new("resolve", "UNIT [--no-retry]", new FlagSet().Switch("no-retry"), ResolveAsync),
        new("leader", "UNIT true|false", new FlagSet(), LeaderAsync),
        new("goal-state", "UNIT [OTHER=STATUS…] [--clear]   (the other units goal-state shows)", new FlagSet().Switch("clear"), GoalStateAsync),
    ];

    private static async Task<ToolResponse> RunAsync(ControlCall call)
    {
        var unit = call.Unit.Unit;
        var name = call.Required(1);
        var definition = call.Unit.Charm.Actions.GetValueOrDefault(name)
            ?? throw new FormatException($"action \"{name}\" not defined on unit \"{unit.Name}\"");
        var parameters = ActionSchema.ParseArguments(call.Arguments.Words.Skip(2));
        _ = definition.Validated(parameters, strictByDefault: !call.Agent.Machine.Read(m => m.IsThree));
        var id = call.Agent.Machine.Change(m => ++m.LastActionId);
        unit.Change(u => u.Actions.Add(new PendingAction(id, name, parameters)));
        if (!await WaitAsync(unit, u => u.Actions.TrueForAll(a => a.Id != id), call.Seconds("timeout", 600)))
            throw new FormatException($"action {id} \"{name}\" did not end in time");
        var result = JsonSerializer.Deserialize(
            await File.ReadAllBytesAsync(call.Agent.Paths.ActionFile(unit.Name, id)), WireJson.Relaxed.ActionResult)!;
        return ControlCall.Json(result, WireJson.Relaxed.ActionResult, result.Completed ? 0 : 1);
    }

    private static async Task<ToolResponse> HookAsync(ControlCall call)
    {
        var unit = call.Unit.Unit;
        var name = call.Required(1);
        var request = 0;
        unit.Change(u =>
        {
            request = ++u.Requests;
            u.Requested.Add(new HookEvent(name) { Request = request });
        });
        HookRun? run = null;
        var ended = await WaitAsync(
            unit, _ => (run = unit.Runs().FirstOrDefault(r => r.Request == request)) is not null, call.Seconds("timeout", 600));
        return ended
            ? ControlCall.Json(run!, WireJson.Relaxed.HookRun, run!.Succeeded ? 0 : 1)
            : throw new FormatException($"hook \"{name}\" did not end in time");
    }

    private static async Task<bool> WaitAsync(UnitRecord unit, Func<UnitDocument, bool> done, TimeSpan timeout)
    {
        var end = DateTimeOffset.UtcNow + timeout;
        while (true)
        {
            var sequence = unit.Sequence;
            if (unit.Read(done))
                return true;
            var left = end - DateTimeOffset.UtcNow;
            if (left <= TimeSpan.Zero)
                return false;
            await unit.WaitForChangeAsync(sequence, left);
        }
    }

    private static Task<ToolResponse> ResolveAsync(ControlCall call)
    {
        call.Unit.Unit.Change(unit =>
        {
            if (unit.Operation is not { Step: HookStep.Pending, Failures: > 0 })
                throw new FormatException($"unit \"{unit.Name}\" is not in an error state");
            unit.Resolved = call.Arguments.Has("no-retry") ? "skip" : "retry";
        });
        return ControlCall.Done;
    }

    private static Task<ToolResponse> LeaderAsync(ControlCall call)
    {
        var leader = bool.Parse(call.Required(1));
        call.Unit.Unit.Change(unit =>
        {
            unit.Leader = leader;
            if (!leader && unit.LeadershipSeen is not null)
                unit.LeadershipSeen = "follower";
        });
        return ControlCall.Done;
    }

    private static Task<ToolResponse> GoalStateAsync(ControlCall call)
    {
        var units = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, status) in call.KeyValues(skip: 1))
            units[name] = status;
        call.Unit.Unit.Change(unit => unit.GoalUnits = call.Arguments.Has("clear") ? null : units);
        return ControlCall.Done;
    }
}
