using System.Buffers.Binary;
using System.Net;
using System.Text;
using Cassandra.Lab.Guest.StandIn.Configuration;
using Cassandra.Lab.Guest.StandIn.Cql;

namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>The row of system.local: who this node is.</summary>
internal sealed record LocalNode(
    Guid HostId, string ClusterName, Location Location, string Bootstrapped, string ReleaseVersion, int Generation,
    IReadOnlyList<string> Tokens)
{
    public const string Completed = "COMPLETED";
    public const string InProgress = "IN_PROGRESS";
    public const string Decommissioned = "DECOMMISSIONED";
}

/// <summary>Reads and writes system.local; every write is flushed at once, as the real program's.</summary>
internal sealed class SystemKeyspace(Database database)
{
    private static readonly RowKey LocalKey = new(Encoding.UTF8.GetBytes("local"));

    private Table Local => database.Find("system", "local")!;

    /// <summary>Null: this node has never been started on this data.</summary>
    public LocalNode? Read()
    {
        if (Local.Find(LocalKey) is not { } row)
            return null;
        string Text(string column) => row.Cells.TryGetValue(column, out var cell) ? Encoding.UTF8.GetString(cell.Value) : "";
        return new LocalNode(
            new Guid(row.Cells["host_id"].Value, bigEndian: true), Text("cluster_name"),
            new Location(Text("data_center"), Text("rack")), Text("bootstrapped"), Text("release_version"),
            BinaryPrimitives.ReadInt32BigEndian(row.Cells["gossip_generation"].Value), TokensOf(row.Cells["tokens"].Value));
    }

    public void Write(LocalNode node, NodeConfiguration configuration)
    {
        var schemaVersion = Guid.NewGuid().ToByteArray(bigEndian: true);
        var row = new Row();
        void Set(string column, byte[] value) => row.Set(column, new Cell(Clock.Microseconds(), value));
        void SetText(string column, string value) => Set(column, Encoding.UTF8.GetBytes(value));
        void SetAddress(string column, IPAddress address) => Set(column, address.GetAddressBytes());
        Set("host_id", node.HostId.ToByteArray(bigEndian: true));
        SetText("cluster_name", node.ClusterName);
        SetText("data_center", node.Location.Datacenter);
        SetText("rack", node.Location.Rack);
        SetText("bootstrapped", node.Bootstrapped);
        SetText("release_version", node.ReleaseVersion);
        Set("gossip_generation", CqlType.BigEndian(node.Generation));
        Set("tokens", CqlType.TextSet(node.Tokens));
        SetText("cql_version", "3.4.6");
        SetText("native_protocol_version", "5");
        SetText("partitioner", $"org.apache.cassandra.dht.{configuration.Partitioner}");
        SetAddress("broadcast_address", configuration.ListenAddress);
        Set("broadcast_port", CqlType.BigEndian(configuration.StoragePort));
        SetAddress("listen_address", configuration.ListenAddress);
        Set("listen_port", CqlType.BigEndian(configuration.StoragePort));
        SetAddress("rpc_address", configuration.RpcAddress);
        Set("rpc_port", CqlType.BigEndian(configuration.NativePort));
        Set("schema_version", schemaVersion);
        database.Apply(new Mutation("system", "local", LocalKey, row));
        database.Flush(Local);
    }

    private static List<string> TokensOf(byte[] set)
    {
        var tokens = new List<string>();
        for (var at = 4; at < set.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(set.AsSpan(at));
            tokens.Add(Encoding.UTF8.GetString(set, at + 4, length));
            at += 4 + length;
        }
        return tokens;
    }
}
