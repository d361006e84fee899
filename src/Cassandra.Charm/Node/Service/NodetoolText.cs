using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Node.Service;

/// <summary>Reads what nodetool prints for people: <c>Name : value</c>, in 3.11 to 5.0.</summary>
internal static class NodetoolText
{
    /// <summary>The lines of the form "name: value", in order; a name may come more than once.</summary>
    public static ILookup<string, string> Fields(string output) => output.Split('\n')
        .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
        .Where(parts => parts.Length == 2)
        .ToLookup(parts => parts[0], parts => parts[1], StringComparer.OrdinalIgnoreCase);

    /// <summary>Who the node is; null where there is no host id.</summary>
    /// <param name="info"><c>nodetool info -T</c>.</param>
    /// <param name="cluster"><c>nodetool describecluster</c>.</param>
    /// <param name="version"><c>nodetool version</c>.</param>
    public static NodeIdentity? Identity(
        ILookup<string, string> info, ILookup<string, string> cluster, ILookup<string, string> version) =>
        Guid.TryParse(First(info, "ID"), out var hostId)
            ? new NodeIdentity
            {
                HostId = hostId,
                ClusterName = First(cluster, "Name"),
                Datacenter = First(info, "Data Center"),
                Rack = First(info, "Rack"),
                Partitioner = First(cluster, "Partitioner"),
                Tokens = [.. info["Token"]],
                CassandraVersion = First(version, "ReleaseVersion"),
            }
            : null;

    private static string First(ILookup<string, string> fields, string name) => fields[name].FirstOrDefault("");
}
