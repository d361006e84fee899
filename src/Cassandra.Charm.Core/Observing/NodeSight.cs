
namespace Cassandra.Charm.Core.Observing;

/// <summary>What this unit's own data is, before the volume of the map is considered (design section 5).</summary>
public enum LocalData
{
    /// <summary>Journal and empty directories prove that Cassandra never ran here.</summary>
    NeverServed,

    /// <summary>No keyspace but the system's, and the node never had a ring peer.</summary>
    Fresh,

    /// <summary>Data that somebody put there.</summary>
    Real,

    /// <summary>The place that last served is absent, or there is no proof of what it is.</summary>
    ElsewhereOrUnknown,
}

/// <summary>How the Cassandra service stands, by processes and answers, never by systemctl (cassandra-facts, Service).</summary>
public enum NodeState
{
    /// <summary>The package is not installed as the charm wants it.</summary>
    NotInstalled,

    /// <summary>No Cassandra process lives.</summary>
    Stopped,

    /// <summary>A process lives and does not answer on the CQL port.</summary>
    Unresponsive,

    /// <summary>A process lives and answers on the CQL port.</summary>
    Serving,
}

/// <summary>The node on this machine.</summary>
public sealed record NodeSight
{
    /// <summary>State.</summary>
    public required NodeState State { get; init; }

    /// <summary>A start was made and nobody has confirmed yet that the right node came up.</summary>
    public bool StartIsOpen { get; init; }

    /// <summary>Process ids of every Cassandra JVM, the service's or not.</summary>
    public IReadOnlyList<int> Processes { get; init; } = [];

    /// <summary>What the local data is.</summary>
    public required LocalData Data { get; init; }

    /// <summary>The data root that cassandra.yaml names, where the yaml is the charm's; null where it is not.</summary>
    public string? ConfiguredRoot { get; init; }

    /// <summary>Version of the installed package, e.g. <c>4.1.7</c>.</summary>
    public string Version { get; init; } = "";

    /// <summary>The last ERROR of <c>system.log</c> since the last start; empty where none.</summary>
    public string LastError { get; init; } = "";

    /// <summary>
    /// It is proven that Cassandra opened neither storage nor CQL port where the journal says that it serves, since that
    /// place took over. In doubt, false.
    /// </summary>
    public bool IsUnwritten { get; init; }

    /// <summary>The seal on the root disk's tree; null where it has none.</summary>
    public TreeSealSight? RootSeal { get; init; }
}

/// <summary>A superseded tree on the root disk.</summary>
/// <param name="SupersededBy">The place that took over when it was sealed.</param>
/// <param name="IsBeingPurged">Its deletion was begun and not finished: it is no whole tree any more.</param>
/// <param name="IsPurged">Its data was deleted; empty directories are left.</param>
public sealed record TreeSealSight(string SupersededBy, bool IsBeingPurged = false, bool IsPurged = false);
