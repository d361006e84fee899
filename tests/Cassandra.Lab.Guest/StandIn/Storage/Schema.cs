using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Cassandra.Lab.Guest.StandIn.Cql;

namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>A column and whether it is part of the key.</summary>
internal sealed record ColumnDefinition(string Name, CqlType Type, bool IsKey);

/// <summary>A table: its columns (key first) and the id that is part of its directory's name.</summary>
internal sealed record TableDefinition(
    string Keyspace, string Name, string Id, IReadOnlyList<ColumnDefinition> Columns, int GcGraceSeconds = 864000)
{
    public IReadOnlyList<ColumnDefinition> Key { get; } = [.. Columns.Where(column => column.IsKey)];

    /// <summary><c>local-7ad54392bcdd35a684174e047860b377</c>.</summary>
    public string DirectoryName => $"{Name}-{Id}";

    public ColumnDefinition? Column(string name) => Columns.FirstOrDefault(column => column.Name == name);

    /// <summary>Built-in tables have the same id everywhere: a name-based UUID of keyspace and table.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "MD5 is what makes the name-based UUID; it protects nothing")]
    public static TableDefinition BuiltIn(string keyspace, string name, string columns)
    {
        var hash = MD5.HashData(Encoding.UTF8.GetBytes(keyspace + name));
        hash[6] = (byte)((hash[6] & 0x0f) | 0x30);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new TableDefinition(keyspace, name, Convert.ToHexStringLower(hash), [.. columns.Split(',').Select(Parse)]);
    }

    private static ColumnDefinition Parse(string text)
    {
        var parts = text.Trim().Split(' ', 2);
        return new ColumnDefinition(parts[0].TrimStart('*'), CqlType.Parse(parts[1]), parts[0].StartsWith('*'));
    }
}

/// <summary>The tables that every node has. <c>*</c> marks key columns.</summary>
internal static class BuiltInTables
{
    public static readonly TableDefinition Local = TableDefinition.BuiltIn(
        "system", "local",
        "*key text, bootstrapped text, broadcast_address inet, broadcast_port int, cluster_name text, cql_version text, "
        + "data_center text, gossip_generation int, host_id uuid, listen_address inet, listen_port int, "
        + "native_protocol_version text, partitioner text, rack text, release_version text, rpc_address inet, "
        + "rpc_port int, schema_version uuid, tokens set<text>");

    public static readonly TableDefinition Keyspaces = TableDefinition.BuiltIn(
        "system_schema", "keyspaces", "*keyspace_name text, durable_writes boolean, replication map<text text>");

    public static readonly TableDefinition Tables = TableDefinition.BuiltIn(
        "system_schema", "tables", "*keyspace_name text, *table_name text, gc_grace_seconds int, id uuid");

    public static readonly TableDefinition Columns = TableDefinition.BuiltIn(
        "system_schema", "columns",
        "*keyspace_name text, *table_name text, *column_name text, kind text, position int, type text");

    public static readonly IReadOnlyList<TableDefinition> All =
    [
        Local, Keyspaces, Tables, Columns,
        TableDefinition.BuiltIn("system", "peers", "*peer inet, data_center text, host_id uuid, rack text, release_version text, rpc_address inet, schema_version uuid, tokens set<text>"),
        TableDefinition.BuiltIn("system", "peers_v2", "*peer inet, *peer_port int, data_center text, host_id uuid, native_address inet, native_port int, rack text, release_version text, schema_version uuid, tokens set<text>"),
        TableDefinition.BuiltIn("system", "compaction_history", "*id uuid, bytes_in bigint, bytes_out bigint, columnfamily_name text, keyspace_name text"),
        TableDefinition.BuiltIn("system", "sstable_activity", "*keyspace_name text, *table_name text, rate double"),
        TableDefinition.BuiltIn("system_auth", "roles", "*role text, can_login boolean, is_superuser boolean, salted_hash text"),
        TableDefinition.BuiltIn("system_auth", "role_members", "*role text, *member text"),
        TableDefinition.BuiltIn("system_distributed", "repair_history", "*keyspace_name text, *columnfamily_name text, id uuid, status text"),
        TableDefinition.BuiltIn("system_traces", "sessions", "*session_id uuid, command text, coordinator inet, duration int"),
        TableDefinition.BuiltIn("system_traces", "events", "*session_id uuid, *event_id uuid, activity text"),
    ];
}
