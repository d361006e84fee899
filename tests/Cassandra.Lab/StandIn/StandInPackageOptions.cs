namespace Cassandra.Lab.StandIn;

/// <summary>What goes into a stand-in package besides its version.</summary>
public sealed record StandInPackageOptions
{
    /// <summary>The published lab-guest for the machine's architecture; null: the lab compiles it.</summary>
    public string? GuestBinary { get; init; }

    /// <summary>Debian's name of the binary's architecture.</summary>
    public string Architecture { get; init; } = "amd64";

    /// <summary>True: depends on a Java runtime as Cassandra's own package does. The stand-in runs without.</summary>
    public bool DependsOnJava { get; init; }
}
