using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Charms;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>`--format` smart, yaml and json (contract section 1.3).</summary>
internal static class OutputFormat
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonNode? value, string format) => format switch
    {
        "json" => (Sorted(value)?.ToJsonString(Json) ?? "null") + "\n",
        "yaml" => Yaml.Write(value),
        "smart" => Smart(value),
        _ => throw ToolFailure.Usage($"invalid value \"{format}\" for flag --format: unknown format \"{format}\""),
    };

    private static string Smart(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "",
        JsonValueKind.String => value.GetValue<string>() is { Length: > 0 } text ? text + "\n" : "",
        JsonValueKind.True => "True\n",
        JsonValueKind.False => "False\n",
        JsonValueKind.Array => string.Concat(value.AsArray().Select(Smart)),
        JsonValueKind.Object => Yaml.Write(value),
        _ => value.ToJsonString() + "\n",
    };

    /// <summary>Go prints maps with sorted keys.</summary>
    private static JsonNode? Sorted(JsonNode? value) => value switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => value?.DeepClone(),
    };
}
