using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>YAML read as JSON values, plain scalars typed as YAML's core schema does, and written back.</summary>
internal static class Yaml
{
    /// <summary>The document's value; null for an empty document.</summary>
    /// <exception cref="FormatException">The text is not YAML.</exception>
    public static JsonNode? Parse(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 0 ? null : Value(stream.Documents[0].RootNode);
        }
        catch (Exception e) when (e is YamlException or ArgumentException)
        {
            throw new FormatException($"invalid YAML: {e.Message}", e);
        }
    }

    /// <summary>The document as a mapping; an empty document is an empty mapping.</summary>
    public static JsonObject ParseObject(string text) => Parse(text) switch
    {
        null => [],
        JsonObject map => map,
        var other => throw new FormatException($"expected a mapping, got {other.GetValueKind()}"),
    };

    /// <summary>Block style with sorted keys, as the hook tools print it.</summary>
    public static string Write(JsonNode? value)
    {
        var writer = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(Node(value))).Save(writer, assignAnchors: false);
        var text = writer.ToString();
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }

    private static JsonNode? Value(YamlNode node) => node switch
    {
        YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any } plain when plain.Tag.IsEmpty => Plain(plain.Value ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value ?? ""),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Value)]),
        YamlMappingNode mapping => Map(mapping),
        _ => throw new FormatException($"unexpected YAML at {node.Start}"),
    };

    private static JsonObject Map(YamlMappingNode mapping)
    {
        var map = new JsonObject();
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? throw new FormatException($"key at {key.Start} is no scalar");
            map[name] = Value(value);
        }

        return map;
    }

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
            JsonValue.Create(number),
        _ when text.Any(char.IsAsciiDigit) && double.TryParse(
            text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    private static YamlNode Node(JsonNode? value) => value switch
    {
        null => new YamlScalarNode("null"),
        JsonObject map => new YamlMappingNode(map.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create<YamlNode, YamlNode>(new YamlScalarNode(p.Key), Node(p.Value)))),
        JsonArray list => new YamlSequenceNode(list.Select(Node)),
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.String => Text(value.GetValue<string>()),
        _ => new YamlScalarNode(value.ToJsonString()),
    };

    /// <summary>Quoted where plain style would read back as another type.</summary>
    private static YamlScalarNode Text(string text)
    {
        var plain = Plain(text);
        var staysText = plain is not null && plain.GetValueKind() == System.Text.Json.JsonValueKind.String;
        return new YamlScalarNode(text) { Style = staysText ? ScalarStyle.Any : ScalarStyle.DoubleQuoted };
    }
}
