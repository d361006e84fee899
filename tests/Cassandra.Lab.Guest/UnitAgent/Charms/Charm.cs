namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>The declarations of an unpacked charm, read once: a refresh makes a new one.</summary>
internal sealed class Charm(string directory)
{
    private readonly Lazy<CharmMetadata> _metadata = new(() =>
        Text(directory, "metadata.yaml") is { } text ? CharmMetadata.Parse(text) : CharmMetadata.Empty);

    private readonly Lazy<ConfigSchema> _config = new(() => ConfigSchema.Parse(Text(directory, "config.yaml")));

    private readonly Lazy<IReadOnlyDictionary<string, ActionDefinition>> _actions = new(() =>
        ActionSchema.Parse(Text(directory, "actions.yaml")));

    public CharmMetadata Metadata => _metadata.Value;

    public ConfigSchema Config => _config.Value;

    public IReadOnlyDictionary<string, ActionDefinition> Actions => _actions.Value;

    private static string? Text(string directory, string name)
    {
        var path = Path.Combine(directory, name);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }
}
