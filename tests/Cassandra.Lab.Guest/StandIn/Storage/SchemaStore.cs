using System.Buffers.Binary;
using System.Text;
using Cassandra.Lab.Guest.StandIn.Cql;

namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>Keyspaces and tables as system_schema keeps them. A change is flushed at once, so that a start knows the
/// tables before it replays the commit log.</summary>
internal sealed class SchemaStore(Database database)
{
    private static readonly string[] BuiltInKeyspaces =
        ["system", "system_auth", "system_distributed", "system_schema", "system_traces"];

    private readonly Lock _changes = new();

    /// <summary>Brings the tables that users made into the database.</summary>
    /// <exception cref="StartupFailure">A part of the schema is not there.</exception>
    public void Load()
    {
        var columns = Rows(BuiltInTables.Columns).GroupBy(row => (Text(row.Key[0]), Text(row.Key[1]))).ToDictionary(
            group => group.Key,
            group => group.Select(row => (
                    Position: BinaryPrimitives.ReadInt32BigEndian(row.Row.Cells["position"].Value),
                    Column: new ColumnDefinition(
                        Text(row.Key[2]), CqlType.Parse(Text(row.Row.Cells["type"].Value).Replace(", ", " ", StringComparison.Ordinal)),
                        Text(row.Row.Cells["kind"].Value) == "partition_key")))
                .OrderBy(column => column.Position).Select(column => column.Column).ToList());
        foreach (var (key, row) in Rows(BuiltInTables.Tables))
        {
            var (keyspace, name) = (Text(key[0]), Text(key[1]));
            if (!columns.TryGetValue((keyspace, name), out var itsColumns))
            {
                throw StartupFailure.Thrown(
                    "org.apache.cassandra.schema.SchemaKeyspace$MissingColumns", $"Columns not found in schema table for {keyspace}.{name}");
            }
            database.Add(new TableDefinition(
                keyspace, name, Convert.ToHexStringLower(row.Cells["id"].Value), itsColumns,
                BinaryPrimitives.ReadInt32BigEndian(row.Cells["gc_grace_seconds"].Value)));
        }
    }

    /// <summary>A first start writes the built-in keyspaces into the schema.</summary>
    public void AddBuiltIn()
    {
        if (HasKeyspace("system"))
            return;
        foreach (var keyspace in BuiltInKeyspaces)
        {
            WriteKeyspace(keyspace, new Dictionary<string, string>
            {
                ["class"] = keyspace is "system" or "system_schema"
                    ? "org.apache.cassandra.locator.LocalStrategy" : "org.apache.cassandra.locator.SimpleStrategy",
            });
        }
        FlushSchema();
    }

    public bool HasKeyspace(string name) =>
        database.Find("system_schema", "keyspaces")!.Find(new RowKey(Encoding.UTF8.GetBytes(name))) is not null;

    public QueryResult CreateKeyspace(Statement.CreateKeyspace create)
    {
        lock (_changes)
        {
            if (HasKeyspace(create.Name))
                return create.IfNotExists ? new QueryResult.Nothing() : throw Exists($"Keyspace '{create.Name}' already exists", create.Name, "");
            WriteKeyspace(create.Name, create.Replication);
            FlushSchema();
            return new QueryResult.SchemaCreated(create.Name, Table: null);
        }
    }

    public QueryResult CreateTable(Statement.CreateTable create, string? sessionKeyspace)
    {
        lock (_changes)
        {
            var keyspace = create.Table.Keyspace ?? sessionKeyspace ?? "";
            if (!HasKeyspace(keyspace))
                throw new CqlException(CqlException.Invalid, $"Keyspace '{keyspace}' doesn't exist");
            if (database.Find(keyspace, create.Table.Name) is not null)
                return create.IfNotExists ? new QueryResult.Nothing() : throw Exists($"Table '{keyspace}.{create.Table.Name}' already exists", keyspace, create.Table.Name);

            var definition = new TableDefinition(
                keyspace, create.Table.Name, Guid.NewGuid().ToString("N"), ColumnsOf(create), create.GcGraceSeconds);
            WriteTable(definition);
            FlushSchema();
            database.Add(definition);
            return new QueryResult.SchemaCreated(keyspace, create.Table.Name);
        }
    }

    private static List<ColumnDefinition> ColumnsOf(Statement.CreateTable create)
    {
        if (create.Key.Count == 0)
            throw new CqlException(CqlException.Invalid, $"No PRIMARY KEY specifed for table '{create.Table.Name}' (exactly one required)");
        var types = create.Columns.ToDictionary(column => column.Name, column => CqlType.Parse(column.Type));
        return
        [
            .. create.Key.Select(name => new ColumnDefinition(name, types[name], IsKey: true)),
            .. create.Columns.Where(column => !create.Key.Contains(column.Name))
                .Select(column => new ColumnDefinition(column.Name, types[column.Name], IsKey: false)),
        ];
    }

    private static CqlException Exists(string text, string keyspace, string table) =>
        new(CqlException.AlreadyExists, text) { Details = new BodyWriter().String(keyspace).String(table).ToArray() };

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private void WriteKeyspace(string name, IReadOnlyDictionary<string, string> replication) =>
        Write(BuiltInTables.Keyspaces, [name], ("durable_writes", [1]), ("replication", CqlType.TextMap(replication)));

    // The row in "tables" comes last, here and in FlushSchema: without it the others do not count.
    private void WriteTable(TableDefinition table)
    {
        for (var i = 0; i < table.Columns.Count; i++)
        {
            var column = table.Columns[i];
            Write(
                BuiltInTables.Columns, [table.Keyspace, table.Name, column.Name],
                ("kind", Encoding.UTF8.GetBytes(column.IsKey ? "partition_key" : "regular")),
                ("position", CqlType.BigEndian(i)), ("type", Encoding.UTF8.GetBytes(column.Type.Name)));
        }
        Write(
            BuiltInTables.Tables, [table.Keyspace, table.Name],
            ("gc_grace_seconds", CqlType.BigEndian(table.GcGraceSeconds)), ("id", Convert.FromHexString(table.Id)));
    }

    private void Write(TableDefinition table, IReadOnlyList<string> key, params (string Column, byte[] Value)[] cells)
    {
        var row = new Row();
        foreach (var (column, value) in cells)
            row.Set(column, new Cell(Clock.Microseconds(), value));
        database.Apply(new Mutation(table.Keyspace, table.Name, RowKey.Of([.. key.Select(Encoding.UTF8.GetBytes)]), row));
    }

    private void FlushSchema()
    {
        foreach (var table in (TableDefinition[])[BuiltInTables.Keyspaces, BuiltInTables.Columns, BuiltInTables.Tables])
            database.Flush(database.Find(table.Keyspace, table.Name)!);
    }

    private IEnumerable<(IReadOnlyList<byte[]> Key, Row Row)> Rows(TableDefinition table) =>
        database.Find(table.Keyspace, table.Name)!.Scan(null, int.MaxValue)
            .Select(entry => (entry.Key.Split(table.Key.Count), entry.Row));
}
