using YamlDotNet.RepresentationModel;

namespace Cassandra.Charm.Tests.Packing;

/// <summary>Reading the charm's YAML files as trees.</summary>
internal static class CharmYaml
{
    public static YamlMappingNode Load(string fileName) => Parse(File.ReadAllText(Repository.PathOf(fileName)));

    public static YamlMappingNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    public static IReadOnlyList<string> Keys(this YamlNode? node) =>
        node is YamlMappingNode map ? [.. map.Children.Keys.Select(key => ((YamlScalarNode)key).Value!)] : [];

    public static YamlNode? Get(this YamlNode? node, string key) =>
        node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    public static string? Text(this YamlNode? node, string key) => (node.Get(key) as YamlScalarNode)?.Value;
}
