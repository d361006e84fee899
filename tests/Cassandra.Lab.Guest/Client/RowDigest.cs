using System.Security.Cryptography;
using Cassandra.Lab.Guest.StandIn.Cql;

namespace Cassandra.Lab.Guest.Client;

/// <summary>All rows of the client's table as one number, so that two nodes can be compared: in the order of the keys,
/// because each node has its own.</summary>
internal sealed record RowDigest(long Rows, string Hash)
{
    private const int PageSize = 1000;

    public static RowDigest Of(CqlConnection connection)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = connection.Rows(TestRow.SelectAll, PageSize)
            .Select(row => (Key: TestRow.Key(row[0]!), Value: row[1] ?? []))
            .OrderBy(row => row.Key).ToList();
        foreach (var (key, value) in rows)
        {
            hash.AppendData(TestRow.Key(key));
            hash.AppendData(CqlType.BigEndian(value.Length));
            hash.AppendData(value);
        }
        return new RowDigest(rows.Count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
