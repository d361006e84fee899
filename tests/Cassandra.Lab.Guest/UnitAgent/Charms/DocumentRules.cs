using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>metadata.yaml, manifest.yaml, config.yaml, actions.yaml and the small files.</summary>
internal static class DocumentRules
{
    private const int MaxVersionLength = 100;
    private const int MaxSummaryLength = 200;
    private static readonly string[] LegacyKeys = ["series", "min-juju-version", "deployment"];

    public static void Check(CharmArchive archive, RuleReport report, bool isThree)
    {
        var manifest = Read(archive, "manifest.yaml", report);
        var hasBases = CheckManifest(manifest, report, isThree);
        if (Read(archive, "metadata.yaml", report) is { } metadata)
            CheckMetadata(new CharmMetadata(metadata), hasBases, report);
        else
            report.Error("metadata.yaml", "is missing");
        CheckConfig(archive, report);
        foreach (var (name, value) in Read(archive, "actions.yaml", report) ?? [])
            CheckAction(name, value, report);
        CheckSmallFiles(archive, report);
    }

    private static JsonObject? Read(CharmArchive archive, string name, RuleReport report)
    {
        try
        {
            return archive.ReadText(name) is { } text ? Yaml.ParseObject(text) : null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            report.Error(name, e.Message);
            return null;
        }
    }

    private static bool CheckManifest(JsonObject? manifest, RuleReport report, bool isThree)
    {
        if (manifest is null)
        {
            if (isThree)
                report.Warning("manifest.yaml", "is missing: a base must be chosen by --base, and 4.0 refuses the charm");
            else
                report.Error("manifest.yaml", "is missing: Juju 4.0 does not deploy charms without it");
            return false;
        }

        if (manifest["bases"] is not JsonArray { Count: > 0 } bases)
        {
            report.Error("manifest.yaml", "has no \"bases\"");
            return false;
        }

        foreach (var item in bases)
        {
            foreach (var key in new[] { "name", "channel", "architectures" })
            {
                if (item is not JsonObject entry || entry[key] is null)
                    report.Error("manifest.yaml", $"a base has no \"{key}\"");
            }

            if (item?["channel"] is JsonValue channel && channel.GetValueKind() != JsonValueKind.String)
                report.Error("manifest.yaml", "a base's channel must be quoted: it is read as a number");
        }

        return true;
    }

    private static void CheckMetadata(CharmMetadata metadata, bool hasBases, RuleReport report)
    {
        const string file = "metadata.yaml";
        foreach (var key in new[] { "name", "summary", "description" })
        {
            if (metadata.Text(key).Length == 0)
                report.Error(file, $"has no \"{key}\"");
        }

        if (metadata.Name.Length > 0 && !Names.IsApplication(metadata.Name))
            report.Error(file, $"\"{metadata.Name}\" is not a valid charm name");
        if (metadata.Text("summary").Length > MaxSummaryLength)
            report.Warning(file, $"summary is longer than {MaxSummaryLength} characters");
        foreach (var key in LegacyKeys.Where(k => hasBases && metadata.Document.ContainsKey(k)))
            report.Error(file, $"\"{key}\" is not allowed beside manifest bases; use \"assumes\"");
        foreach (var endpoint in metadata.Endpoints.Where(Names.IsReserved))
            report.Error(file, $"endpoint \"{endpoint}\" has a reserved name");
        foreach (var same in metadata.Endpoints.GroupBy(e => e).Where(g => g.Count() > 1))
            report.Error(file, $"endpoint \"{same.Key}\" is declared more than once");
        foreach (var storage in metadata.Storages.Where(s => !Names.IsApplication(s)))
            report.Error(file, $"storage \"{storage}\" has an invalid name");
    }

    private static void CheckConfig(CharmArchive archive, RuleReport report)
    {
        const string file = "config.yaml";
        if (Read(archive, file, report) is not { } document)
            return;
        try
        {
            _ = ConfigSchema.Parse(archive.ReadText(file));
        }
        catch (FormatException e)
        {
            report.Error(file, e.Message);
            return;
        }

        foreach (var (name, option) in document["options"] as JsonObject ?? [])
        {
            if (option?["type"] is null)
                report.Warning(file, $"option \"{name}\" has no type");
            if (option?["description"] is null)
                report.Warning(file, $"option \"{name}\" has no description");
            if (name.Contains('.') || name.StartsWith('$'))
                report.Error(file, $"option \"{name}\": names with \".\" or a leading \"$\" are to be avoided");
            if (name.Contains('_'))
                report.Warning(file, $"option \"{name}\" has an underscore; hyphens are the convention");
        }
    }

    private static void CheckAction(string name, JsonNode? value, RuleReport report)
    {
        const string file = "actions.yaml";
        if (!Names.IsAction(name))
            report.Error(file, $"action \"{name}\" has an invalid or reserved name");
        if (Names.PythonKeywords.Contains(name))
            report.Error(file, $"action \"{name}\": charmcraft refuses Python keywords");
        if (value is not JsonObject action)
            return;
        if (action["additionalProperties"] is null)
            report.Warning(file, $"action \"{name}\" does not state additionalProperties: 3.6 takes true, 4.0 false");
        if (HasKey(action, "$ref") || HasKey(action, "$schema"))
            report.Error(file, $"action \"{name}\": \"$ref\" and \"$schema\" are forbidden");
        foreach (var (parameter, _) in action["params"] as JsonObject ?? [])
        {
            if (parameter.Contains('_'))
                report.Warning(file, $"action \"{name}\": parameter \"{parameter}\" has an underscore");
        }
    }

    private static bool HasKey(JsonNode? node, string key) => node switch
    {
        JsonObject map => map.ContainsKey(key) || map.Any(p => HasKey(p.Value, key)),
        JsonArray list => list.Any(i => HasKey(i, key)),
        _ => false,
    };

    private static void CheckSmallFiles(CharmArchive archive, RuleReport report)
    {
        if (archive.ReadText("revision") is { } revision && !int.TryParse(revision.Trim(), out _))
            report.Error("revision", "is no integer");
        if (archive.ReadText("version")?.Split('\n')[0] is { Length: > MaxVersionLength })
            report.Error("version", $"first line is longer than {MaxVersionLength} characters");
    }
}
