namespace Cassandra.Lab.Guest.StandIn.Cql;

/// <summary>A value in a statement: a literal, or the n-th of the values sent along.</summary>
internal abstract record Term
{
    public sealed record Literal(string Text, bool IsString) : Term;

    public sealed record Bound(int Index, string? Name) : Term;

    public sealed record Null : Term;
}

/// <summary>A table's name; the keyspace is null where USE gives it.</summary>
internal sealed record TableName(string? Keyspace, string Name);

internal sealed record Condition(string Column, Term Value);

/// <summary>The statements that the stand-in understands.</summary>
internal abstract record Statement
{
    public sealed record Use(string Keyspace) : Statement;

    public sealed record CreateKeyspace(string Name, bool IfNotExists, IReadOnlyDictionary<string, string> Replication) : Statement;

    public sealed record CreateTable(
        TableName Table, bool IfNotExists, IReadOnlyList<(string Name, string Type)> Columns,
        IReadOnlyList<string> Key, int GcGraceSeconds) : Statement;

    public sealed record Insert(
        TableName Table, IReadOnlyList<string> Columns, IReadOnlyList<Term> Values, Term? Timestamp) : Statement;

    public sealed record Delete(TableName Table, IReadOnlyList<Condition> Where, Term? Timestamp) : Statement;

    /// <summary><paramref name="Columns"/> is empty for <c>*</c>.</summary>
    public sealed record Select(
        TableName Table, IReadOnlyList<string> Columns, bool IsCount, IReadOnlyList<Condition> Where, Term? Limit) : Statement;
}
