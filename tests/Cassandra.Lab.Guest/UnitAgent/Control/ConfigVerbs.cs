using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Control;

internal static class ConfigVerbs
{
    public static readonly ControlVerb[] All =
    [
        new(
            "config",
            "APP-OR-UNIT [k=v|k=@file …] [--file F.yaml] [--json-input] [--reset k1,k2]   (without changes: prints all)",
            new FlagSet().Text("file").Text("reset").Switch("json-input"),
            ConfigAsync),
    ];

    /// <summary>Values to store, checked against the charm's options; nothing is stored if one is refused.</summary>
    public static JsonObject Checked(ConfigSchema schema, IEnumerable<(string Key, string Value)> texts, JsonObject values)
    {
        var result = new JsonObject();
        foreach (var (key, text) in texts)
            result[key] = schema.FromText(key, text);
        foreach (var (key, value) in values)
            result[key] = schema.FromValue(key, value);
        return result;
    }

    private static Task<ToolResponse> ConfigAsync(ControlCall call)
    {
        var workers = call.Agent.Find(call.Required(0));
        var schema = workers[0].Charm.Config;
        var texts = call.Arguments.Words.Skip(1).Select(w => ConfigText.Pair(w, call.FilePath)).ToList();
        var values = new JsonObject();
        if (call.Arguments.Value("file") is { } file)
            values = ConfigText.FromYamlFile(call.FilePath(file), workers[0].Unit.Name.Split('/')[0]);
        if (call.Arguments.Has("json-input"))
            values = JsonNode.Parse(call.Input) as JsonObject ?? throw new FormatException("expected a JSON object on standard input");
        var reset = call.Arguments.Value("reset")?.Split(',') ?? [];
        foreach (var key in reset)
            schema.RequireKnown(key);
        if (texts.Count == 0 && values.Count == 0 && reset.Length == 0)
            return Print(schema, workers[0].Unit);

        var changes = Checked(schema, texts, values);
        foreach (var worker in workers)
            Apply(worker.Unit, changes, reset);
        return ControlCall.Done;
    }

    /// <summary>As in Juju, setting what is already set fires no config-changed.</summary>
    private static void Apply(UnitRecord unit, JsonObject changes, string[] reset)
    {
        var before = unit.ReadConfig(c => c.Values.DeepClone());
        var after = (JsonObject)before.DeepClone();
        foreach (var key in reset)
            after.Remove(key);
        foreach (var (key, value) in changes)
            after[key] = value?.DeepClone();
        if (!JsonNode.DeepEquals(before, after))
            unit.ChangeConfig(c => c.Values = after);
    }

    private static Task<ToolResponse> Print(ConfigSchema schema, UnitRecord unit)
    {
        var all = unit.ReadConfig(c => schema.Effective(c.Values));
        return Task.FromResult(new ToolResponse(0, OutputFormat.Write(all, "json"), ""));
    }
}
