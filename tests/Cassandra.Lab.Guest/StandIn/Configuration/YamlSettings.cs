using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cassandra.Lab.Guest.StandIn.Configuration;

/// <summary>cassandra.yaml as a map with typed look-ups; anything the release would refuse is refused here.</summary>
internal sealed class YamlSettings
{
    private readonly YamlMappingNode _root;

    private YamlSettings(YamlMappingNode root) => _root = root;

    /// <exception cref="StartupFailure">No file, no map, or a key that the release does not know.</exception>
    public static YamlSettings Read(string path, System.Version release)
    {
        var settings = new YamlSettings(Load(path));
        var known = KnownSettings.For(release);
        var unknown = settings._root.Children.Keys.Select(key => ((YamlScalarNode)key).Value ?? "")
            .Where(key => !known.Contains(key)).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw StartupFailure.Configuration(
                $"Invalid yaml. Please remove properties [{string.Join(", ", unknown)}] from your cassandra.yaml");
        }
        return settings;
    }

    public string? Text(string key) =>
        Find(key) is YamlScalarNode { Value: { Length: > 0 } value } node && !IsNull(node) ? value : null;

    public string Text(string key, string otherwise) => Text(key) ?? otherwise;

    public int Number(string key, int otherwise)
    {
        if (Text(key) is not { } text)
            return otherwise;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw StartupFailure.Configuration($"Invalid yaml: {key}: '{text}' is not a number");
    }

    public bool Flag(string key, bool otherwise) => Text(key) is { } text ? text is "true" or "True" : otherwise;

    public IReadOnlyList<string> List(string key) => Find(key) switch
    {
        YamlSequenceNode sequence => [.. sequence.Children.OfType<YamlScalarNode>().Select(item => item.Value ?? "")],
        null => [],
        YamlScalarNode scalar when IsNull(scalar) => [],
        _ => throw StartupFailure.Configuration($"Invalid yaml: {key} is not a list"),
    };

    /// <summary>Bytes, from <c>32MiB</c> (since 4.1) or from a number in the older key's unit.</summary>
    public long Bytes(string key, string olderKey, long olderUnit, long otherwise)
    {
        if (Text(key) is not { } text)
            return Text(olderKey) is null ? otherwise : Number(olderKey, 0) * olderUnit;
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var unit = text[digits..] switch
        {
            "B" => 1L,
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            _ => throw StartupFailure.Configuration($"Invalid data storage: {text} Accepted units: MEBIBYTES, KIBIBYTES"),
        };
        return long.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture) * unit;
    }

    /// <summary>A class given as a name or as <c>class_name: …</c>, without its package.</summary>
    public string ClassName(string key, string otherwise)
    {
        var name = Find(key) is YamlMappingNode map ? Scalar(map, "class_name") : Text(key);
        return (name ?? otherwise).Split('.')[^1];
    }

    public IReadOnlyList<string> Seeds()
    {
        var provider = (Find("seed_provider") as YamlSequenceNode)?.Children.FirstOrDefault() as YamlMappingNode;
        var parameters = Child(provider, "parameters");
        var map = parameters is YamlSequenceNode list ? list.Children.FirstOrDefault() as YamlMappingNode
            : parameters as YamlMappingNode;
        return (map is null ? null : Scalar(map, "seeds"))?
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
    }

    /// <summary>One option of one start-up check (4.1 and later), or null.</summary>
    public string? StartupCheck(string check, string option) =>
        Child(Find("startup_checks") as YamlMappingNode, check) is YamlMappingNode map ? Scalar(map, option) : null;

    private static YamlMappingNode Load(string path)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(path);
            stream.Load(reader);
        }
        catch (YamlException e)
        {
            throw StartupFailure.Configuration($"Invalid yaml: {path} {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StartupFailure.Configuration($"Cannot locate {path}: {e.Message}");
        }
        return stream.Documents.Count > 0 && stream.Documents[0].RootNode is YamlMappingNode root
            ? root
            : throw StartupFailure.Configuration($"Invalid yaml: {path} is not a map");
    }

    private static bool IsNull(YamlScalarNode node) => node.Style == ScalarStyle.Plain && node.Value is "" or "null" or "~";

    private static YamlNode? Child(YamlMappingNode? map, string key) =>
        map is not null && map.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;

    private static string? Scalar(YamlMappingNode map, string key) => (Child(map, key) as YamlScalarNode)?.Value;

    private YamlNode? Find(string key) => Child(_root, key);
}
