namespace Cassandra.Lab.Guest.StandIn;

/// <summary>What <c>nodetool netstats</c> calls the node's mode, in capitals.</summary>
internal enum NodeMode
{
    Starting,
    Joining,
    Normal,
    Draining,
    Drained,
    Decommissioned,
}
