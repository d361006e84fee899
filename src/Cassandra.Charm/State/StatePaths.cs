namespace Cassandra.Charm.State;

/// <summary>Where the charm keeps what outlives a hook, and what outlives no boot.</summary>
/// <param name="Root">Survives reboots and refreshes; 0700.</param>
/// <param name="Run">Gone with the next boot; 0700.</param>
internal sealed record StatePaths(string Root = "/var/lib/cassandra-charm", string Run = "/run/cassandra-charm")
{
    /// <summary>Under it the machine is changed. It goes with the boot, as its holders do.</summary>
    public string Lock => $"{Run}/lock";

    /// <summary>What the charm remembers.</summary>
    public string Journal => $"{Root}/journal.json";

    /// <summary>Operators' orders, a file each.</summary>
    public string Orders => $"{Root}/orders";

    /// <summary>What other units have said.</summary>
    public string HeardRing => $"{Root}/heard-ring.json";

    /// <summary>This unit's turns.</summary>
    public string Turns => $"{Root}/turns.json";

    /// <summary>Path of the attached package, as last heard; empty where none is.</summary>
    public string Resource => $"{Root}/resource";

    /// <summary>The binary that systemd runs: a refresh replaces the charm's own under its feet.</summary>
    public string Binary => $"{Root}/bin/cassandra-charm";

    /// <summary>How the last copy ended.</summary>
    public string CopyOutcome => $"{Root}/copy-outcome.json";

    /// <summary>What hot passes have brought over.</summary>
    public string KnownFiles => $"{Root}/known-files";

    /// <summary>The version last told to Juju.</summary>
    public string VersionTold => $"{Run}/version-told";

    /// <summary>What the charm's service is doing.</summary>
    public string Progress => $"{Run}/progress.json";

    /// <summary>The disk that the charm's service is to read.</summary>
    public string CheckRequest => $"{Run}/check.json";

    /// <summary>What it found there.</summary>
    public string Finding => $"{Run}/finding.json";

    /// <summary>MiB/s that the copy may take; read again while it runs.</summary>
    public string RateLimit => $"{Run}/rate-limit";

    /// <summary>There while nobody waits for the service: it is to show its progress and call the unit back itself.</summary>
    public string NobodyWaits => $"{Run}/nobody-waits";
}
