using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>The options of config.yaml; values are checked exactly as far as Juju does: by type (section 4.4).</summary>
internal sealed class ConfigSchema
{
    private static readonly string[] Types = ["string", "int", "float", "boolean", "secret"];
    private readonly SortedDictionary<string, Option> _options = new(StringComparer.Ordinal);

    private sealed record Option(string Type, JsonNode? Default);

    /// <exception cref="FormatException">Names the option and what is wrong with it.</exception>
    public static ConfigSchema Parse(string? text)
    {
        var schema = new ConfigSchema();
        if (text is null)
            return schema;
        if (Yaml.ParseObject(text)["options"] is not JsonObject options)
            throw new FormatException("config.yaml has no \"options\"");
        foreach (var (name, node) in options)
        {
            var map = node as JsonObject ?? throw new FormatException($"option \"{name}\" is no mapping");
            var type = map["type"]?.ToString() ?? "string";
            if (!Types.Contains(type))
                throw new FormatException($"option \"{name}\" has unknown type \"{type}\"");
            schema._options[name] = new Option(type, CheckedDefault(name, type, map["default"]));
        }

        return schema;
    }

    /// <summary>The value to store for what an operator typed.</summary>
    /// <exception cref="FormatException">Juju's refusal.</exception>
    public JsonNode? FromText(string name, string text)
    {
        var type = TypeOf(name);
        var refused = new FormatException($"option \"{name}\" expected {type}, got \"{text}\"");
        switch (type)
        {
            case "string":
                return JsonValue.Create(text);
            case "secret":
                return IsSecret(text) ? JsonValue.Create(text) : throw refused;
            case "int":
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? JsonValue.Create(number)
                    : throw refused;
            case "float":
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
                    ? JsonValue.Create(real)
                    : throw refused;
            default:
                return text switch
                {
                    "1" or "t" or "T" or "true" or "TRUE" or "True" => JsonValue.Create(true),
                    "0" or "f" or "F" or "false" or "FALSE" or "False" => JsonValue.Create(false),
                    _ => throw refused,
                };
        }
    }

    /// <summary>The value to store for a native YAML or JSON value.</summary>
    public JsonNode? FromValue(string name, JsonNode? value)
    {
        var type = TypeOf(name);
        return value?.GetValueKind() switch
        {
            null or JsonValueKind.Null => null,
            JsonValueKind.String => FromText(name, value.GetValue<string>()),
            JsonValueKind.True or JsonValueKind.False when type == "boolean" => value.DeepClone(),
            JsonValueKind.Number when type == "int" && long.TryParse(value.ToJsonString(), out _) => value.DeepClone(),
            JsonValueKind.Number when type == "float" => value.DeepClone(),
            _ => throw new FormatException($"option \"{name}\" expected {type}, got {value!.ToJsonString()}"),
        };
    }

    public void RequireKnown(string name) => _ = TypeOf(name);

    /// <summary>All options: what was set, else the default, else null.</summary>
    public JsonObject Effective(JsonObject set)
    {
        var all = new JsonObject();
        foreach (var (name, option) in _options)
            all[name] = (set.TryGetPropertyValue(name, out var value) && value is not null ? value : option.Default)?.DeepClone();
        return all;
    }

    private static JsonNode? CheckedDefault(string name, string type, JsonNode? value)
    {
        var fits = value?.GetValueKind() switch
        {
            null => true,
            JsonValueKind.String => type == "string" || (type == "secret" && IsSecret(value.GetValue<string>())),
            JsonValueKind.True or JsonValueKind.False => type == "boolean",
            JsonValueKind.Number => type == "float" || (type == "int" && long.TryParse(value.ToJsonString(), out _)),
            _ => false,
        };
        return fits ? value : throw new FormatException($"option \"{name}\" expected {type}, got {value!.ToJsonString()}");
    }

    private static bool IsSecret(string text) => text.Length == 0 || text.StartsWith("secret:", StringComparison.Ordinal);

    private string TypeOf(string name) =>
        _options.TryGetValue(name, out var option) ? option.Type : throw new FormatException($"unknown option \"{name}\"");
}
