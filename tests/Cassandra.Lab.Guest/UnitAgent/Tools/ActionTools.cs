using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

internal static class ActionTools
{
    private static readonly string[] Reserved = ["stdout", "stderr", "stdout-encoding", "stderr-encoding"];

    public static readonly HookTool[] All =
    [
        new("action-get", new FlagSet().Formatted(), Get),
        new("action-set", new FlagSet(), Set),
        new("action-fail", new FlagSet(), Fail),
        new("action-log", new FlagSet(), Log),
    ];

    private static PendingAction Action(ToolCall call) =>
        call.Context.Action ?? throw ToolFailure.Failed("not running an action");

    private static void Get(ToolCall call)
    {
        call.Arguments.AtMost(1);
        JsonNode? value = Action(call).Parameters;
        foreach (var key in call.Arguments.Word(0)?.Split('.') ?? [])
            value = (value as JsonObject)?[key];
        call.Print(value?.DeepClone());
    }

    private static void Set(ToolCall call)
    {
        foreach (var (path, value) in call.KeyValues())
        {
            var keys = path.Split('.');
            if (keys.FirstOrDefault(k => !Names.IsActionKey(k)) is { } bad)
                throw ToolFailure.Usage($"key \"{bad}\" must start and end with lowercase alphanumeric, and contain only lowercase alphanumeric and hyphens");
            if (Reserved.Contains(keys[0]))
                throw ToolFailure.Usage($"cannot set reserved action key \"{keys[0]}\"");
            _ = Action(call);
            Nested(call.Context.Results, keys)[keys[^1]] = value;
        }
    }

    private static JsonObject Nested(JsonObject results, string[] keys)
    {
        foreach (var key in keys[..^1])
        {
            if (results[key] is not JsonObject inner)
                results[key] = inner = [];
            results = inner;
        }

        return results;
    }

    private static void Fail(ToolCall call)
    {
        call.Arguments.AtMost(1);
        _ = Action(call);
        call.Context.FailMessage = call.Arguments.Word(0) ?? "action failed without reason given, check action for errors";
    }

    private static void Log(ToolCall call)
    {
        if (call.Arguments.Words.Count == 0)
            throw ToolFailure.Usage("no message specified");
        _ = Action(call);
        call.Context.ActionLog.Add(string.Join(' ', call.Arguments.Words));
    }
}
