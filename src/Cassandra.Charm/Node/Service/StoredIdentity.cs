using System.Text.RegularExpressions;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Node.Service;

/// <summary>
/// What Cassandra says of its data when it refuses to start because its configuration says otherwise: with it, data
/// that has no record can be adopted.
/// </summary>
internal static partial class StoredIdentity
{
    /// <summary>What a log tells; null where it tells nothing.</summary>
    public static NodeIdentity? Parse(string log)
    {
        var cluster = LastOf(ClusterName(), log);
        var datacenter = LastOf(Datacenter(), log);
        var rack = LastOf(Rack(), log);
        var isDecommissioned = log.Contains("This node was decommissioned and will not rejoin", StringComparison.Ordinal);
        return cluster.Length + datacenter.Length + rack.Length == 0 && !isDecommissioned
            ? null
            : new NodeIdentity
            {
                ClusterName = cluster,
                Datacenter = datacenter,
                Rack = rack,
                IsDecommissioned = isDecommissioned,
            };
    }

    private static string LastOf(Regex pattern, string log) =>
        pattern.Matches(log) is [.., var last] ? last.Groups[1].Value : "";

    [GeneratedRegex(@"Saved cluster name (.+) != configured name ")]
    private static partial Regex ClusterName();

    [GeneratedRegex(@"data center \(.*\) differs from previous data center \((.+?)\)\.")]
    private static partial Regex Datacenter();

    [GeneratedRegex(@"rack \(.*\) differs from previous rack \((.+?)\)\.")]
    private static partial Regex Rack();
}
