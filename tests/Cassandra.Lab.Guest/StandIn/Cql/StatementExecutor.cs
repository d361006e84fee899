using Cassandra.Lab.Guest.StandIn.Storage;

namespace Cassandra.Lab.Guest.StandIn.Cql;

/// <summary>Carries out statements against the tables.</summary>
internal sealed class StatementExecutor(Database database, SchemaStore schema)
{
    private const int DefaultPage = 5000;
    private const int CountBatch = 1000;

    public QueryResult Execute(Statement statement, QueryParameters parameters, string? keyspace) => statement switch
    {
        Statement.Use use => new QueryResult.KeyspaceSet(use.Keyspace),
        Statement.CreateKeyspace create => schema.CreateKeyspace(create),
        Statement.CreateTable create => schema.CreateTable(create, keyspace),
        Statement.Insert insert => Insert(insert, parameters, keyspace),
        Statement.Delete delete => Delete(delete, parameters, keyspace),
        Statement.Select select => Select(select, parameters, keyspace),
        _ => throw new CqlException(CqlException.SyntaxError, $"not executable: {statement.GetType().Name}"),
    };

    private QueryResult.Nothing Insert(Statement.Insert insert, QueryParameters parameters, string? keyspace)
    {
        var table = Writable(insert.Table, keyspace);
        var values = insert.Columns.Zip(insert.Values)
            .ToDictionary(pair => pair.First, pair => Value(pair.Second, Column(table, pair.First), parameters));
        var key = table.Key.Select(column => values.GetValueOrDefault(column.Name) ?? throw new CqlException(
            CqlException.Invalid, $"Some partition key parts are missing: {column.Name}")).ToList();
        var timestamp = Timestamp(insert.Timestamp, parameters);
        var row = new Row();
        // A marker without a name: the row lives even if all its other columns are null.
        row.Set("", new Cell(timestamp, []));
        foreach (var (name, value) in values.Where(pair => !Column(table, pair.Key).IsKey && pair.Value is not null))
            row.Set(name, new Cell(timestamp, value!));
        Apply(new Mutation(table.Keyspace, table.Name, RowKey.Of(key), row));
        return new QueryResult.Nothing();
    }

    private QueryResult.Nothing Delete(Statement.Delete delete, QueryParameters parameters, string? keyspace)
    {
        var table = Writable(delete.Table, keyspace);
        var key = Key(table, delete.Where, parameters)
            ?? throw new CqlException(CqlException.Invalid, "Some partition key parts are missing");
        var row = Row.Deletion(Timestamp(delete.Timestamp, parameters));
        Apply(new Mutation(table.Keyspace, table.Name, key, row));
        return new QueryResult.Nothing();
    }

    private void Apply(Mutation mutation)
    {
        try
        {
            database.Apply(mutation);
        }
        catch (ArgumentException e)
        {
            throw new CqlException(CqlException.Invalid, e.Message);
        }
    }

    private QueryResult.Rows Select(Statement.Select select, QueryParameters parameters, string? keyspace)
    {
        var table = Find(select.Table, keyspace);
        var definition = table.Definition;
        var name = new TableName(definition.Keyspace, definition.Name);
        var conditions = select.Where.Select(
            where => (Column: Column(definition, where.Column), Value: Value(where.Value, Column(definition, where.Column), parameters)))
            .ToList();
        bool Matches(IReadOnlyDictionary<string, byte[]> row) => conditions.All(condition =>
            condition.Value is { } wanted && row.TryGetValue(condition.Column.Name, out var value) && value.AsSpan().SequenceEqual(wanted));

        if (select.IsCount)
        {
            var count = CqlType.BigEndian(AllRows(table).LongCount(entry => Matches(Values(definition, entry.Key, entry.Row))));
            return new QueryResult.Rows(name, [("count", CqlType.BigInt)], [[count]], NextPage: null);
        }

        var columns = (select.Columns.Count > 0 ? select.Columns.Select(column => Column(definition, column)) : definition.Columns)
            .ToList();
        var (rows, next) = Page(table, Key(definition, select.Where, parameters), Matches, Limit(select, parameters), parameters);
        return new QueryResult.Rows(
            name,
            [.. columns.Select(column => (column.Name, column.Type))],
            [.. rows.Select(row => columns.Select(column => row.GetValueOrDefault(column.Name)).ToArray())],
            next);
    }

    private static (List<IReadOnlyDictionary<string, byte[]>> Rows, byte[]? Next) Page(
        Table table, RowKey? key, Func<IReadOnlyDictionary<string, byte[]>, bool> matches, int limit, QueryParameters parameters)
    {
        var rows = new List<IReadOnlyDictionary<string, byte[]>>();
        if (key is { } wanted)
        {
            if (table.Find(wanted) is { } row)
                rows.Add(Values(table.Definition, wanted, row));
            return (rows.Where(matches).ToList(), null);
        }
        var page = Math.Min(limit, parameters.PageSize is > 0 and var size ? size : DefaultPage);
        RowKey? after = parameters.PagingState is { } state ? new RowKey(state) : null;
        foreach (var entry in AllRows(table, after, page + 1))
        {
            var values = Values(table.Definition, entry.Key, entry.Row);
            if (!matches(values))
                continue;
            if (rows.Count == page)
                return (rows, page < limit ? after!.Value.Bytes : null);
            rows.Add(values);
            after = entry.Key;
        }
        return (rows, null);
    }

    private static IEnumerable<(RowKey Key, Row Row)> AllRows(Table table, RowKey? after = null, int batch = CountBatch)
    {
        while (true)
        {
            var entries = table.Scan(after, batch + 1);
            foreach (var entry in entries.Where(entry => after is null || !entry.Key.Equals(after.Value)))
                yield return entry;
            if (entries.Count <= batch)
                yield break;
            after = entries[^1].Key;
        }
    }

    private static Dictionary<string, byte[]> Values(TableDefinition table, RowKey key, Row row)
    {
        var values = row.Cells.ToDictionary(cell => cell.Key, cell => cell.Value.Value, StringComparer.Ordinal);
        foreach (var (column, value) in table.Key.Zip(key.Split(table.Key.Count)))
            values[column.Name] = value;
        return values;
    }

    private static RowKey? Key(TableDefinition table, IReadOnlyList<Condition> where, QueryParameters parameters)
    {
        var parts = table.Key.Select(column => where.FirstOrDefault(condition => condition.Column == column.Name) is { } found
            ? Value(found.Value, column, parameters) : null).ToList();
        return parts.Contains(null) ? null : RowKey.Of(parts!);
    }

    private static int Limit(Statement.Select select, QueryParameters parameters) =>
        select.Limit is null ? int.MaxValue
        : Value(select.Limit, new ColumnDefinition("[limit]", CqlType.Int, IsKey: false), parameters) is { } bytes
            ? System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes) : int.MaxValue;

    private static long Timestamp(Term? term, QueryParameters parameters)
    {
        var given = term is null ? null
            : Value(term, new ColumnDefinition("[timestamp]", CqlType.BigInt, IsKey: false), parameters);
        return given is not null ? System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(given)
            : parameters.Timestamp ?? Clock.Microseconds();
    }

    private static byte[]? Value(Term term, ColumnDefinition column, QueryParameters parameters) => term switch
    {
        Term.Literal literal => column.Type.Serialize(literal.Text, literal.IsString),
        Term.Bound { Name: { } name } when parameters.Names is { } names && names.Contains(name) =>
            parameters.Values[names.ToList().IndexOf(name)],
        Term.Bound bound when bound.Index < parameters.Values.Count => parameters.Values[bound.Index],
        Term.Bound => throw new CqlException(CqlException.Invalid, $"Invalid amount of bind variables for {column.Name}"),
        _ => null,
    };

    private static ColumnDefinition Column(TableDefinition table, string name) => table.Column(name)
        ?? throw new CqlException(CqlException.Invalid, $"Undefined column name {name} in table {table.Keyspace}.{table.Name}");

    private TableDefinition Writable(TableName name, string? keyspace)
    {
        var definition = Find(name, keyspace).Definition;
        return definition.Keyspace is "system" or "system_schema"
            ? throw new CqlException(CqlException.Invalid, $"{definition.Keyspace} keyspace is not user-modifiable.")
            : definition;
    }

    private Table Find(TableName name, string? keyspace)
    {
        var owner = name.Keyspace ?? keyspace ?? throw new CqlException(
            CqlException.Invalid, "No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename");
        return database.Find(owner, name.Name) ?? throw new CqlException(
            CqlException.Invalid,
            schema.HasKeyspace(owner) ? $"table {name.Name} does not exist" : $"keyspace {owner} does not exist");
    }
}
