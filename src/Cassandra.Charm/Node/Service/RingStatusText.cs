using System.Text.RegularExpressions;
using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Node.Service;

/// <summary>Reads how nodetool shows the ring to people, in 3.11 to 5.0.</summary>
internal static partial class RingStatusText
{
    /// <summary>The ring; unknown where it names no node, or a line of it cannot be read.</summary>
    /// <param name="status"><c>nodetool status</c>.</param>
    /// <param name="netstats"><c>nodetool netstats</c>.</param>
    public static RingHealth Health(string status, string netstats)
    {
        var lines = NodeLine().Matches(status);
        var nodes = lines.Select(line => Guid.TryParse(line.Groups["id"].Value, out var id)
            ? new RingNode(id, line.Groups["address"].Value, line.Groups["up"].Value == "U", line.Groups["state"].Value == "N")
            : null).ToList();
        return nodes.Count == 0 || nodes.Contains(null)
            ? new RingHealth.Unknown("nodetool status cannot be read")
            : new RingHealth.Seen([.. nodes.OfType<RingNode>()], !netstats.Contains("Not sending any streams.", StringComparison.Ordinal));
    }

    // "UN  10.0.0.1  1.2 MiB  16  100.0%  <host id>  rack1"; where Cassandra cannot tell, "?" stands.
    [GeneratedRegex(@"^(?<up>[UD?])(?<state>[NLJM?])\s+(?<address>\S+)\s.*?(?<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|null)\s", RegexOptions.Multiline)]
    private static partial Regex NodeLine();
}
