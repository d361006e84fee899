using System.Text.Json.Nodes;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>For a unit without Juju storage: the lab attaches volumes outside Juju, which is the charm's whole point.</summary>
internal static class StorageTools
{
    public static readonly HookTool[] All =
    [
        new("storage-list", new FlagSet().Formatted(), call => call.Print(new JsonArray())),
        new("storage-get", new FlagSet().Text("s").Formatted(), Get),
        new("storage-add", new FlagSet(), Add),
    ];

    private static void Get(ToolCall call)
    {
        var id = call.Arguments.Value("s") ?? throw ToolFailure.Usage("no storage instance specified");
        throw ToolFailure.Usage($"invalid value \"{id}\" for option -s: storage not found");
    }

    private static void Add(ToolCall call)
    {
        var word = call.Arguments.Word(0) ?? throw ToolFailure.Usage("storage add requires a storage directive");
        throw ToolFailure.Failed($"invalid storage \"{word.Split('=')[0]}\": charm storage not found");
    }
}
