namespace Cassandra.Charm.Core.Configuration;

/// <summary>How thoroughly a disk is read before it counts as blank.</summary>
public enum BlankCheckMode
{
    /// <summary>Both ends, every known metadata place, evenly spaced samples.</summary>
    Quick,

    /// <summary>Every byte.</summary>
    Full,
}

/// <summary>The charm's options as the operator set them, with their types (design section 3).</summary>
public sealed record Settings
{
    /// <summary><c>volume-map</c>, verbatim.</summary>
    public string VolumeMap { get; init; } = "";

    /// <summary><c>volume-ephemeral-storage</c>.</summary>
    public bool VolumeEphemeralStorage { get; init; } = true;

    /// <summary><c>volume-dev-regexp</c>; empty = never guess.</summary>
    public string VolumeDevRegexp { get; init; } = "";

    /// <summary><c>volume-blank-check</c>.</summary>
    public BlankCheckMode VolumeBlankCheck { get; init; } = BlankCheckMode.Quick;

    /// <summary><c>volume-filesystem</c>: <c>xfs</c> or <c>ext4</c>.</summary>
    public string VolumeFilesystem { get; init; } = "xfs";

    /// <summary><c>volume-mount-options</c>, from the allow-list.</summary>
    public string VolumeMountOptions { get; init; } = "noatime";

    /// <summary><c>migration-rate-limit</c> in MiB/s; 0 = none.</summary>
    public int MigrationRateLimit { get; init; }

    /// <summary><c>cut-over-window</c>; null = at any time.</summary>
    public CutOverWindow? CutOverWindow { get; init; }

    /// <summary><c>install-sources</c>: APT source lines.</summary>
    public string InstallSources { get; init; } = "deb https://debian.cassandra.apache.org 50x main";

    /// <summary><c>install-keys</c>: armoured keys or URLs of them, for <c>signed-by</c>.</summary>
    public string InstallKeys { get; init; } = "https://downloads.apache.org/cassandra/KEYS";

    /// <summary><c>package-version</c>; empty = the archive's candidate.</summary>
    public string PackageVersion { get; init; } = "";

    /// <summary><c>cluster-name</c>; empty = from the data, or the application's name at a founding.</summary>
    public string ClusterName { get; init; } = "";

    /// <summary><c>datacenter</c>.</summary>
    public string Datacenter { get; init; } = "";

    /// <summary><c>rack</c>; empty = from the data, or the zone Juju gives.</summary>
    public string Rack { get; init; } = "";

    /// <summary><c>num-tokens</c>; 0 = from the data, or Cassandra's default.</summary>
    public int NumTokens { get; init; }

    /// <summary><c>max-heap-size</c>, e.g. <c>4G</c>; empty = by the machine's memory.</summary>
    public string MaxHeapSize { get; init; } = "";

    /// <summary><c>heap-newsize</c>; empty = by the machine's memory.</summary>
    public string HeapNewSize { get; init; } = "";
}
