using System.Buffers.Binary;

namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>A row's key, ordered by token first as in SSTables, and by its bytes among equal tokens.</summary>
internal readonly struct RowKey(byte[] bytes) : IComparable<RowKey>, IEquatable<RowKey>
{
    public byte[] Bytes { get; } = bytes;

    public long Token { get; } = TokenOf(bytes);

    /// <summary>One value as it is; several each after its length.</summary>
    public static RowKey Of(IReadOnlyList<byte[]> values)
    {
        if (values.Count == 1)
            return new RowKey(values[0]);
        using var stream = new MemoryStream();
        Span<byte> length = stackalloc byte[2];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)value.Length);
            stream.Write(length);
            stream.Write(value);
        }
        return new RowKey(stream.ToArray());
    }

    /// <summary>The values that <see cref="Of"/> joined.</summary>
    public IReadOnlyList<byte[]> Split(int count)
    {
        if (count == 1)
            return [Bytes];
        var values = new List<byte[]>(count);
        for (var at = 0; values.Count < count;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(at));
            values.Add(Bytes[(at + 2)..(at + 2 + length)]);
            at += 2 + length;
        }
        return values;
    }

    public int CompareTo(RowKey other)
    {
        var byToken = Token.CompareTo(other.Token);
        return byToken != 0 ? byToken : Bytes.AsSpan().SequenceCompareTo(other.Bytes);
    }

    public bool Equals(RowKey other) => Bytes.AsSpan().SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is RowKey other && Equals(other);

    public override int GetHashCode() => Token.GetHashCode();

    // FNV-1a with a final mix: any fixed spread of keys over the ring will do.
    private static long TokenOf(byte[] bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in bytes)
            hash = (hash ^ value) * 1099511628211UL;
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccdUL;
        return (long)(hash ^ (hash >> 33));
    }
}
