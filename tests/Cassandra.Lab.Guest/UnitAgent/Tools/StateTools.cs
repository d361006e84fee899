using System.Text;
using System.Text.Json.Nodes;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>The charm's key-value state; writes are buffered until the hook has succeeded.</summary>
internal static class StateTools
{
    private const int MaxKeyBytes = 256;
    private const int MaxValueBytes = 64 * 1024;

    public static readonly HookTool[] All =
    [
        new("state-get", new FlagSet().Switch("strict").Formatted(), Get),
        new("state-set", new FlagSet().Text("file"), Set),
        new("state-delete", new FlagSet(), Delete),
    ];

    private static void Get(ToolCall call)
    {
        call.Arguments.AtMost(1);
        var state = call.Context.State;
        if (call.Arguments.Word(0) is not { } key || key == "-")
            call.Print(new JsonObject(state.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))));
        else if (state.TryGetValue(key, out var value))
            call.Print(value);
        else if (call.Arguments.Has("strict"))
            throw ToolFailure.Failed($"\"{key}\" not found");
        else
            call.Print("");
    }

    private static void Set(ToolCall call)
    {
        var values = call.KeyValues();
        foreach (var (key, value) in values)
        {
            if (Encoding.UTF8.GetByteCount(key) > MaxKeyBytes)
                throw ToolFailure.Failed($"max allowed key length ({MaxKeyBytes}) exceeded");
            if (Encoding.UTF8.GetByteCount(value) > MaxValueBytes)
                throw ToolFailure.Failed($"max allowed value length ({MaxValueBytes}) exceeded");
        }

        foreach (var (key, value) in values)
            call.Context.State[key] = value;
    }

    private static void Delete(ToolCall call)
    {
        var key = call.Arguments.Word(0) ?? throw ToolFailure.Usage("no key specified");
        call.Arguments.AtMost(1);
        call.Context.State.Remove(key);
    }
}
