namespace Cassandra.Lab.Guest.StandIn.Cql;

/// <summary>What a statement gives back; <see cref="ToBody"/> is the RESULT message.</summary>
internal abstract record QueryResult
{
    private const int HasMorePages = 0x02;
    private const int GlobalTableSpec = 0x01;

    public abstract byte[] ToBody();

    public sealed record Nothing : QueryResult
    {
        public override byte[] ToBody() => new BodyWriter().Int(1).ToArray();
    }

    public sealed record KeyspaceSet(string Keyspace) : QueryResult
    {
        public override byte[] ToBody() => new BodyWriter().Int(3).String(Keyspace).ToArray();
    }

    public sealed record SchemaCreated(string Keyspace, string? Table) : QueryResult
    {
        public override byte[] ToBody()
        {
            var body = new BodyWriter().Int(5).String("CREATED").String(Table is null ? "KEYSPACE" : "TABLE").String(Keyspace);
            return (Table is null ? body : body.String(Table)).ToArray();
        }
    }

    public sealed record Rows(
        TableName Table, IReadOnlyList<(string Name, CqlType Type)> Columns, IReadOnlyList<byte[]?[]> Values,
        byte[]? NextPage) : QueryResult
    {
        public override byte[] ToBody()
        {
            var body = new BodyWriter().Int(2).Int(GlobalTableSpec | (NextPage is null ? 0 : HasMorePages)).Int(Columns.Count);
            if (NextPage is not null)
                body.Bytes(NextPage);
            body.String(Table.Keyspace ?? "").String(Table.Name);
            foreach (var (name, type) in Columns)
                WriteType(body.String(name), type);
            body.Int(Values.Count);
            foreach (var value in Values.SelectMany(row => row))
                body.Bytes(value);
            return body.ToArray();
        }

        private static void WriteType(BodyWriter body, CqlType type)
        {
            body.Short(type.Option);
            foreach (var parameter in type.Parameters)
                WriteType(body, parameter);
        }
    }
}
