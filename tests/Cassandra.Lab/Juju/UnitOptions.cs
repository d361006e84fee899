namespace Cassandra.Lab.Juju;

/// <summary>What a deployment states besides charm, name and configuration.</summary>
public sealed record UnitOptions
{
    public static readonly UnitOptions Default = new();

    /// <summary>Resource name to a file of the host.</summary>
    public IReadOnlyDictionary<string, string> Resources { get; init; } = new Dictionary<string, string>();
    public bool Leader { get; init; }
    public string? MachineId { get; init; }
    public string? ModelUuid { get; init; }
}
