using System.Globalization;
using System.Text;
using Cassandra.Lab.Guest.StandIn.Storage;
using Cassandra.Lab.Guest.StandIn.Storage.SSTables;

namespace Cassandra.Lab.Guest.StandIn.Management;

/// <summary>Texts of nodetool in the real program's shape.</summary>
internal static class NodeReports
{
    public static string Status(Node node, LocalNode local)
    {
        var title = $"Datacenter: {local.Location.Datacenter}";
        var address = node.Configuration.ListenAddress.ToString();
        var load = Load(node);
        var tokens = local.Tokens.Count.ToString(CultureInfo.InvariantCulture);
        return $"""
            {title}
            {new string('=', title.Length)}
            Status=Up/Down
            |/ State=Normal/Leaving/Joining/Moving
            --  {"Address".PadRight(address.Length)}  {"Load".PadRight(load.Length)}  Tokens  Owns (effective)  {"Host ID",-36}  Rack
            {(node.IsGossiping ? 'U' : 'D')}{State(node.Mode)}  {address.PadRight(7)}  {load.PadRight(4)}  {tokens,-6}  {"100.0%",-16}  {local.HostId:D}  {local.Location.Rack}


            """;
    }

    public static string NetStats(Node node) => $"""
        Mode: {node.Mode.ToString().ToUpperInvariant()}
        Not sending any streams.
        Read Repair Statistics:
        Attempted: 0
        Mismatch (Blocking): 0
        Mismatch (Background): 0
        Pool Name                    Active   Pending      Completed   Dropped
        Large messages                  n/a         0              0         0
        Small messages                  n/a         0              0         0
        Gossip messages                 n/a         0              0         0

        """;

    public static string Info(Node node, LocalNode local, bool withTokens) => $"""
        ID                     : {local.HostId:D}
        Gossip active          : {Bool(node.IsGossiping)}
        Native Transport active: {Bool(node.IsServing)}
        Load                   : {Load(node)}
        Generation No          : {local.Generation}
        Uptime (seconds)       : {(long)(DateTime.UtcNow - node.StartedAt).TotalSeconds}
        Heap Memory (MB)       : {GC.GetTotalMemory(forceFullCollection: false) / 1048576.0:F2} / 64.00
        Off Heap Memory (MB)   : 0.00
        Data Center            : {local.Location.Datacenter}
        Rack                   : {local.Location.Rack}
        Exceptions             : 0
        {(withTokens
            ? string.Join('\n', local.Tokens.Select(token => $"Token                  : {token}"))
            : $"Token                  : (invoke with -T/--tokens to see all {local.Tokens.Count} tokens)")}

        """;

    public static string DescribeCluster(Node node) => $"""
        Cluster Information:
        	Name: {node.Configuration.ClusterName}
        	Snitch: org.apache.cassandra.locator.SimpleSnitch
        	DynamicEndPointSnitch: enabled
        	Partitioner: org.apache.cassandra.dht.{node.Configuration.Partitioner}
        	Schema versions:
        		{node.Local!.HostId:D}: [{node.Configuration.ListenAddress}]

        Stats for all nodes:
        	Live: 1
        	Joining: 0
        	Moving: 0
        	Leaving: 0
        	Unreachable: 0

        """;

    public static string GossipInfo(Node node, LocalNode local) => $"""
        /{node.Configuration.ListenAddress}
          generation:{local.Generation}
          heartbeat:{(long)(DateTime.UtcNow - node.StartedAt).TotalSeconds}
          STATUS:20:{node.Mode.ToString().ToUpperInvariant()},{local.Tokens[0]}
          LOAD:40:{Bytes(node)}
          DC:8:{local.Location.Datacenter}
          RACK:10:{local.Location.Rack}
          RELEASE_VERSION:5:{node.Knobs.Version}
          RPC_READY:45:{Bool(node.IsServing)}
          NET_VERSION:1:12
          HOST_ID:2:{local.HostId:D}
          TOKENS:19:<hidden>

        """;

    public static string Ring(Node node, LocalNode local)
    {
        var text = new StringBuilder($"\nDatacenter: {local.Location.Datacenter}\n==========\n");
        text.Append("Address    Rack        Status State   Load            Owns                Token\n");
        foreach (var token in local.Tokens.Order(StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{node.Configuration.ListenAddress}  {local.Location.Rack}       Up     Normal  {Load(node)}       100.00%             {token}\n");
        }
        return text.ToString();
    }

    public static string Snapshots(Node node)
    {
        var found = node.Database.Tables
            .SelectMany(table => table.Directories.Select(directory => (table, Path: Path.Combine(directory, "snapshots"))))
            .Where(entry => Directory.Exists(entry.Path))
            .SelectMany(entry => Directory.GetDirectories(entry.Path).Select(path => (entry.table.Definition, Path: path))).ToList();
        if (found.Count == 0)
            return "Snapshot Details: \nThere are no snapshots\n";
        var text = new StringBuilder("Snapshot Details: \nSnapshot name Keyspace name Column family name True size Size on disk\n");
        foreach (var (definition, path) in found)
        {
            var size = Human(Directory.GetFiles(path).Sum(file => new FileInfo(file).Length));
            text.Append(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)} {definition.Keyspace} {definition.Name} 0 bytes {size}\n");
        }
        return text.Append('\n').ToString();
    }

    private static char State(NodeMode mode) => mode switch
    {
        NodeMode.Joining => 'J',
        NodeMode.Decommissioned => 'L',
        _ => 'N',
    };

    private static string Bool(bool value) => value ? "true" : "false";

    private static string Load(Node node) => Human(Bytes(node));

    private static long Bytes(Node node) => node.Database.Tables.SelectMany(table => table.SSTables)
        .Sum(sstable => new FileInfo(sstable.Descriptor.File(Descriptor.Data)) is { Exists: true } file ? file.Length : 0);

    private static string Human(long bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:F2} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:F2} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:F2} GiB"),
    };
}
