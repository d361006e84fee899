namespace Cassandra.Charm.Node.Configuration;

/// <summary>The directories that hold a node's data, all below one root (design section 2).</summary>
/// <param name="Root">The data root, absolute.</param>
internal sealed record DataDirectories(string Root)
{
    public const string DataName = "data";

    public const string CommitLogName = "commitlog";

    /// <summary>Their names below the root.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [DataName, CommitLogName, "hints", "saved_caches", "cdc_raw"];

    public string Data => $"{Root}/{DataName}";

    public string CommitLog => $"{Root}/{CommitLogName}";

    public string Hints => $"{Root}/hints";

    public string SavedCaches => $"{Root}/saved_caches";

    public string CdcRaw => $"{Root}/cdc_raw";

    /// <summary>All of them.</summary>
    public IEnumerable<string> All => Names.Select(name => $"{Root}/{name}");
}
