using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>Relation settings; relation-set is buffered until the hook has succeeded.</summary>
internal static class RelationTools
{
    public static readonly HookTool[] All =
    [
        new("relation-ids", new FlagSet().Formatted(), Ids),
        new("relation-list", new FlagSet().Text("r", "relation").Switch("app").Formatted(), ListUnits),
        new("relation-get", new FlagSet().Text("r", "relation").Switch("app").Formatted(), Get),
        new("relation-set", new FlagSet().Text("r", "relation").Switch("app").Text("file").Text("format"), Set),
    ];

    private static void Ids(ToolCall call)
    {
        var endpoint = call.Arguments.Word(0) ?? call.Context.Hook?.Endpoint
            ?? throw ToolFailure.Usage("no endpoint name specified");
        call.Arguments.AtMost(1);
        var ids = call.Unit.Relations.Where(r => r.Endpoint == endpoint).Select(r => (JsonNode)r.Id);
        call.Print(new JsonArray([.. ids]));
    }

    private static void ListUnits(ToolCall call)
    {
        var relation = Relation(call);
        call.Arguments.AtMost(0);
        if (call.Arguments.Has("app"))
            call.Print(relation.RemoteApplication);
        else
            call.Print(new JsonArray([.. relation.Units.Where(u => u.Value.Joined).Select(u => (JsonNode)u.Key)]));
    }

    private static void Get(ToolCall call)
    {
        var relation = Relation(call);
        call.Arguments.AtMost(2);
        var settings = Settings(call, relation);
        if (call.Arguments.Word(0) is { } key && key != "-")
        {
            call.Print(settings.TryGetValue(key, out var value) ? value : null);
            return;
        }

        call.Print(new JsonObject(settings.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))));
    }

    private static SortedDictionary<string, string> Settings(ToolCall call, RelationDocument relation)
    {
        var unit = call.Unit;
        var whose = call.Arguments.Word(1)
            ?? (call.Arguments.Has("app") ? call.Context.Hook?.RemoteApplication : call.Context.Hook?.RemoteUnit)
            ?? throw ToolFailure.Usage("no unit or application name specified");
        if (call.Arguments.Has("app"))
        {
            var application = whose.Split('/')[0];
            return application == unit.Application ? call.Context.Own(relation).Application
                : application == relation.RemoteApplication ? relation.RemoteApplicationSettings
                : throw ToolFailure.Failed($"application \"{application}\" not found in relation");
        }

        return whose == unit.Name ? call.Context.Own(relation).Unit
            : relation.Units.TryGetValue(whose, out var remote) ? remote.Settings
            : throw ToolFailure.Failed($"cannot read settings for unit \"{whose}\" in relation \"{relation.Id}\": unit \"{whose}\": settings not found");
    }

    private static void Set(ToolCall call)
    {
        var relation = Relation(call);
        var values = call.KeyValues();
        var own = call.Context.Own(relation);
        if (call.Arguments.Has("app") && !call.Unit.Leader)
            throw ToolFailure.Failed("cannot write relation settings");
        own.IsApplicationWritten |= call.Arguments.Has("app");
        var target = call.Arguments.Has("app") ? own.Application : own.Unit;
        foreach (var (key, value) in values)
        {
            if (value.Length == 0)
                target.Remove(key);
            else
                target[key] = value;
        }
    }

    private static RelationDocument Relation(ToolCall call)
    {
        var id = call.Arguments.Value("r") ?? call.Context.Hook?.RelationId
            ?? throw ToolFailure.Usage("no relation id specified");
        return call.Unit.Relations.Find(r => r.Id == id || r.Id.Split(':')[1] == id)
            ?? throw ToolFailure.Usage($"invalid value \"{id}\" for option -r: relation not found");
    }
}
