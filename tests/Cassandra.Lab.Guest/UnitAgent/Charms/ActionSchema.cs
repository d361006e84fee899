using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>One action of actions.yaml.</summary>
internal sealed record ActionDefinition(string Name, JsonObject Document)
{
    public bool Parallel => Document["parallel"] is JsonValue value && value.GetValueKind() == JsonValueKind.True;
    public string ExecutionGroup => (Document["execution-group"] as JsonValue)?.ToString() ?? "";

    /// <summary>Parallel actions without a group run beside other units' hooks.</summary>
    public bool NeedsMachineLock => !Parallel || ExecutionGroup.Length > 0;
    public JsonObject Properties => Document["params"] as JsonObject ?? [];

    /// <summary>The parameters with defaults filled in.</summary>
    /// <param name="strictByDefault">4.0 refuses undeclared parameters unless told otherwise, 3.x accepts them.</param>
    /// <exception cref="FormatException">A parameter is missing, undeclared or of another type.</exception>
    public JsonObject Validated(JsonObject given, bool strictByDefault)
    {
        var result = (JsonObject)given.DeepClone();
        foreach (var (name, schema) in Properties)
        {
            if (!result.ContainsKey(name) && schema?["default"] is { } value)
                result[name] = value.DeepClone();
        }

        var additional = Document["additionalProperties"] is JsonValue stated
            ? stated.GetValueKind() == JsonValueKind.True
            : !strictByDefault;
        foreach (var (name, value) in result)
        {
            if (Properties[name] is JsonObject schema)
                Check(name, schema, value);
            else if (!additional && !Properties.ContainsKey(name))
                throw Refused($"additional property \"{name}\" is not allowed", given);
        }

        foreach (var name in Document["required"] as JsonArray ?? [])
        {
            if (name is not null && !result.ContainsKey(name.ToString()))
                throw Refused($"\"{name}\" property is missing and required", given);
        }

        return result;
    }

    private static FormatException Refused(string what, JsonObject given) =>
        new($"validation failed: (root) : {what}, given {given.ToJsonString()}");

    private static void Check(string name, JsonObject schema, JsonNode? value)
    {
        if (schema["type"]?.ToString() is { } type && !HasType(value, type))
            throw new FormatException($"validation failed: (root).{name} : must be of type {type}, given {value?.ToJsonString() ?? "null"}");
        if (schema["enum"] is JsonArray choices && !choices.Any(c => JsonNode.DeepEquals(c, value)))
            throw new FormatException($"validation failed: (root).{name} : must match one of the enum values {choices.ToJsonString()}, given {value?.ToJsonString() ?? "null"}");
    }

    private static bool HasType(JsonNode? value, string type) => type switch
    {
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "integer" => value?.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), out _),
        "number" => value?.GetValueKind() == JsonValueKind.Number,
        "array" => value is JsonArray,
        "object" => value is JsonObject,
        _ => true,
    };
}

/// <summary>The actions of actions.yaml by name.</summary>
internal static class ActionSchema
{
    public static IReadOnlyDictionary<string, ActionDefinition> Parse(string? text) =>
        (text is null ? [] : Yaml.ParseObject(text))
            .Where(p => p.Value is JsonObject or null)
            .ToDictionary(p => p.Key, p => new ActionDefinition(p.Key, p.Value as JsonObject ?? []), StringComparer.Ordinal);

    /// <summary>`k=v` and `a.b=v` as `juju run` reads them: values are YAML, dots nest.</summary>
    /// <exception cref="FormatException">An argument is not of that form.</exception>
    public static JsonObject ParseArguments(IEnumerable<string> arguments)
    {
        var parameters = new JsonObject();
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=');
            if (equals <= 0)
                throw new FormatException($"argument \"{argument}\" must be of the form key.key.key...=value");
            var target = parameters;
            var keys = argument[..equals].Split('.');
            foreach (var key in keys[..^1])
            {
                if (target[key] is not JsonObject nested)
                    target[key] = nested = [];
                target = nested;
            }

            target[keys[^1]] = Yaml.Parse(argument[(equals + 1)..]);
        }

        return parameters;
    }
}
