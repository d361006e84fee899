using System.Text.Json.Nodes;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

internal static class ConfigTools
{
    public static readonly HookTool[] All =
    [
        new("config-get", new FlagSet().Switch("all", "a").Formatted(), Get),
    ];

    private static void Get(ToolCall call)
    {
        call.Arguments.AtMost(1);
        var config = call.Context.Config;
        if (call.Arguments.Word(0) is { } key)
        {
            if (call.Arguments.Has("all"))
                throw ToolFailure.Usage("cannot use argument --all together with an explicit key");
            call.Print(config[key]); // null for an unknown key too, exit 0
            return;
        }

        call.Print(call.Arguments.Has("all")
            ? config.DeepClone()
            : new JsonObject(config.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))));
    }
}
