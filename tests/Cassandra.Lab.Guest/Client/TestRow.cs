using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cassandra.Lab.Guest.StandIn.Cql;

namespace Cassandra.Lab.Guest.Client;

/// <summary>The client's table, and the value that a key must have.</summary>
internal static class TestRow
{
    public const string Keyspace = "lab";
    public const string Table = "acknowledged";
    public const string CreateKeyspace =
        "CREATE KEYSPACE IF NOT EXISTS lab WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";

    // No grace: a compaction forgets deletions at once, so that a copy with old SSTables in it brings rows back.
    public const string CreateTable =
        "CREATE TABLE IF NOT EXISTS lab.acknowledged (k bigint PRIMARY KEY, v text) WITH gc_grace_seconds = 0";

    public const string Insert = "INSERT INTO lab.acknowledged (k, v) VALUES (?, ?)";
    public const string Delete = "DELETE FROM lab.acknowledged WHERE k = ?";
    public const string SelectOne = "SELECT k, v FROM lab.acknowledged WHERE k = ?";
    public const string SelectAll = "SELECT k, v FROM lab.acknowledged";

    public static byte[] Key(long key) => CqlType.BigEndian(key);

    public static long Key(byte[] bytes) => BinaryPrimitives.ReadInt64BigEndian(bytes);

    /// <summary>Hex digits that only this key has, <paramref name="size"/> of them.</summary>
    public static byte[] Value(long key, int size)
    {
        var digits = Convert.ToHexStringLower(SHA256.HashData(Key(key)));
        var text = new StringBuilder(size + digits.Length);
        while (text.Length < size)
            text.Append(digits);
        return Encoding.ASCII.GetBytes(text.ToString(0, size));
    }
}
