using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>Immediate: what status-set says stays even if the hook fails afterwards.</summary>
internal static class StatusTools
{
    private static readonly string[] Settable = ["maintenance", "blocked", "waiting", "active"];

    public static readonly HookTool[] All =
    [
        new("status-set", new FlagSet().Switch("application"), Set),
        new("status-get", new FlagSet().Switch("include-data").Switch("application").Formatted(), Get),
        new("application-version-set", new FlagSet(), SetVersion),
    ];

    private static void Set(ToolCall call)
    {
        var state = call.Arguments.Word(0) ?? throw ToolFailure.Usage("invalid args, require <status> [message]");
        if (!Settable.Contains(state))
            throw ToolFailure.Usage($"invalid status \"{state}\", expected one of [{string.Join(' ', Settable)}]");
        call.Arguments.AtMost(2);
        var message = call.Arguments.Word(1) ?? "";
        if (!call.Arguments.Has("application"))
        {
            call.Context.StatusWasSet = true;
            call.Context.Unit.SetWorkload(state, message);
            return;
        }

        RequireLeader(call);
        call.Context.Unit.Change(unit => unit.ApplicationStatus = new StatusEntry(state, message, DateTimeOffset.UtcNow));
    }

    private static void Get(ToolCall call)
    {
        var unit = call.Unit;
        if (call.Arguments.Has("application"))
        {
            RequireLeader(call);
            call.Print(new JsonObject
            {
                ["application-status"] = Full(unit.ApplicationStatus ?? new StatusEntry("unknown", "", default)),
                ["units"] = new JsonObject { [unit.Name] = Full(unit.Workload) },
            });
            return;
        }

        call.Print(call.Arguments.Has("include-data") ? Full(unit.Workload) : unit.Workload.State);
    }

    private static JsonObject Full(StatusEntry status) => new()
    {
        ["message"] = status.Message,
        ["status"] = status.State,
        ["status-data"] = new JsonObject(),
    };

    private static void SetVersion(ToolCall call)
    {
        var version = call.Arguments.Word(0) ?? throw ToolFailure.Usage("no version specified");
        call.Arguments.AtMost(1);
        call.Context.Unit.Change(unit => unit.WorkloadVersion = version);
    }

    private static void RequireLeader(ToolCall call)
    {
        if (!call.Unit.Leader)
            throw ToolFailure.Failed("this unit is not the leader");
    }
}
