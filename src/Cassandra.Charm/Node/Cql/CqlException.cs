namespace Cassandra.Charm.Node.Cql;

/// <summary>The node answered, and not with what was asked for: an error of its own, or no native protocol.</summary>
internal sealed class CqlException(string message) : Exception(message);
