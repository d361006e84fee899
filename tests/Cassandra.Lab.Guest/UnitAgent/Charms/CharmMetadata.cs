using System.Text.Json.Nodes;

namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>What metadata.yaml declares.</summary>
internal sealed record CharmMetadata(JsonObject Document)
{
    public static readonly CharmMetadata Empty = new([]);

    public string Name => Text("name");
    public IReadOnlyList<string> Peers => Keys("peers");
    public IReadOnlyList<string> Endpoints => [.. Keys("provides"), .. Keys("requires"), .. Keys("peers")];
    public IReadOnlyList<string> Bindings => Keys("extra-bindings");
    public IReadOnlyList<string> Storages => Keys("storage");
    public IReadOnlyList<string> Resources => Keys("resources");

    public static CharmMetadata Parse(string text) => new(Yaml.ParseObject(text));

    public string Text(string key) => (Document[key] as JsonValue)?.ToString() ?? "";

    public string ResourceFile(string name) => (Document["resources"]?[name]?["filename"] as JsonValue)?.ToString() ?? name;

    private IReadOnlyList<string> Keys(string key) =>
        Document[key] is JsonObject map ? [.. map.Select(p => p.Key)] : [];
}
