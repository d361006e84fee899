namespace Cassandra.Charm.Core.Rings;

/// <summary>What a node says of another, as <c>nodetool status</c> shows it.</summary>
/// <param name="HostId">Which node.</param>
/// <param name="Address">Where it is.</param>
/// <param name="IsUp">It answers.</param>
/// <param name="IsNormal">It neither joins, leaves nor moves.</param>
public sealed record RingNode(Guid HostId, string Address, bool IsUp, bool IsNormal);

/// <summary>How the ring looks from one node.</summary>
public abstract record RingHealth
{
    private RingHealth() { }

    /// <summary>It could not be asked: that is never the same as well.</summary>
    /// <param name="Why">For status lines.</param>
    public sealed record Unknown(string Why) : RingHealth;

    /// <summary>It was asked.</summary>
    /// <param name="Nodes">All members, the asked one among them.</param>
    /// <param name="IsStreaming">Data is on its way from or to it.</param>
    public sealed record Seen(IReadOnlyList<RingNode> Nodes, bool IsStreaming) : RingHealth;
}
