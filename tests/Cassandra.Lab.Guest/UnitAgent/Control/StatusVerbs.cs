using System.Globalization;
using Cassandra.Lab.Guest.UnitAgent.Agent;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Control;

/// <summary>status, status-history, runs, log.</summary>
internal static class StatusVerbs
{
    private const int RunsShown = 40;

    public static readonly ControlVerb[] All =
    [
        new(
            "status",
            "[UNIT] [--since SEQUENCE [--timeout SECONDS]]   (with --since: answers when the unit has changed after that)",
            new FlagSet().Text("since").Text("timeout"),
            StatusAsync),
        new(
            "status-history",
            "UNIT [--skip N [--timeout SECONDS]]   (every status ever set, JSON; with --skip: waits for a later one)",
            new FlagSet().Text("skip").Text("timeout"),
            HistoryAsync),
        new("runs", "UNIT   (hooks, actions and commands that ended, JSON)", new FlagSet(), call => Task.FromResult(
            ControlCall.Json(call.Unit.Unit.Runs(), WireJson.Relaxed.IReadOnlyListHookRun))),
        new("log", "UNIT   (the unit's log file)", new FlagSet(), LogAsync),
    ];

    public static UnitStatus Of(UnitWorker worker) => worker.Unit.Read(unit => new UnitStatus(unit.Name, unit.Workload, unit.Agent)
    {
        Sequence = worker.Unit.Sequence,
        Life = unit.Removed ? "dead" : unit.Dying ? "dying" : "alive",
        Leader = unit.Leader,
        Idle = unit.Removed || (unit is { Operation: null, Running: null } && worker.Next() is Operation.Wait),
        InError = unit is { Operation: { Step: HookStep.Pending, Failures: > 0 }, Running: null, Resolved: null },
        WaitsForMachine = worker.Unit.WaitsForMachine,
        PendingHook = unit.Operation?.Hook.Name,
        WorkloadVersion = unit.WorkloadVersion,
        Ports = [.. unit.Ports.Select(p => p.ToString()).Distinct()],
        CharmRevision = unit.Charm.Revision,
        Running = unit.Running,
        Runs = [.. worker.Unit.Runs().TakeLast(RunsShown)],
    });

    private static async Task<ToolResponse> StatusAsync(ControlCall call)
    {
        if (call.Arguments.Word(0) is null)
            return ControlCall.Json([.. call.Agent.Workers.Select(Of)], WireJson.Relaxed.IReadOnlyListUnitStatus);
        var worker = call.Unit;
        if (call.Arguments.Value("since") is { } since)
            await worker.Unit.WaitForChangeAsync(long.Parse(since, CultureInfo.InvariantCulture), call.Seconds("timeout", 5));
        return ControlCall.Json(Of(worker), WireJson.Relaxed.UnitStatus);
    }

    private static async Task<ToolResponse> HistoryAsync(ControlCall call)
    {
        var unit = call.Unit.Unit;
        var skip = int.Parse(call.Arguments.Value("skip") ?? "0", CultureInfo.InvariantCulture);
        var end = DateTimeOffset.UtcNow + call.Seconds("timeout", 0);
        while (true)
        {
            var sequence = unit.Sequence;
            var history = unit.StatusHistory();
            var left = end - DateTimeOffset.UtcNow;
            if (history.Count > skip || left <= TimeSpan.Zero)
                return ControlCall.Json([.. history.Skip(skip)], WireJson.Relaxed.IReadOnlyListStatusEntry);
            await unit.WaitForChangeAsync(sequence, left);
        }
    }

    private static Task<ToolResponse> LogAsync(ControlCall call)
    {
        var file = call.Agent.Paths.LogFile(call.Unit.Unit.Name);
        return Task.FromResult(new ToolResponse(0, File.Exists(file) ? File.ReadAllText(file) : "", ""));
    }
}
