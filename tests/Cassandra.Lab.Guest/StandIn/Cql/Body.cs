using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Cassandra.Lab.Guest.StandIn.Cql;

/// <summary>Writes the notations of the native protocol: [short], [string], [bytes], …</summary>
internal sealed class BodyWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public BodyWriter Byte(byte value)
    {
        _bytes.Write([value]);
        return this;
    }

    public BodyWriter Short(int value) => Byte((byte)(value >> 8)).Byte((byte)value);

    public BodyWriter Int(int value) => Raw(CqlType.BigEndian(value));

    public BodyWriter Raw(byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public BodyWriter String(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        return Short(bytes.Length).Raw(bytes);
    }

    public BodyWriter LongString(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        return Int(bytes.Length).Raw(bytes);
    }

    public BodyWriter Bytes(byte[]? value) => value is null ? Int(-1) : Int(value.Length).Raw(value);

    public BodyWriter StringMap(IReadOnlyCollection<KeyValuePair<string, string>> map)
    {
        Short(map.Count);
        foreach (var (key, value) in map)
            String(key).String(value);
        return this;
    }

    public BodyWriter StringMultiMap(IReadOnlyCollection<KeyValuePair<string, string[]>> map)
    {
        Short(map.Count);
        foreach (var (key, values) in map)
        {
            String(key).Short(values.Length);
            foreach (var value in values)
                String(value);
        }
        return this;
    }
}

/// <summary>Reads the notations of the native protocol.</summary>
internal sealed class BodyReader(byte[] body)
{
    private int _at;

    public byte Byte() => Take(1)[0];

    public int Short() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public int Int() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Long() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public string String() => Encoding.UTF8.GetString(Take(Short()));

    public string LongString() => Encoding.UTF8.GetString(Take(Int()));

    /// <summary>Null for null and for "not set".</summary>
    public byte[]? Bytes()
    {
        var length = Int();
        return length < 0 ? null : Take(length).ToArray();
    }

    public Dictionary<string, string> StringMap()
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var count = Short(); count > 0; count--)
        {
            var key = String();
            map[key] = String();
        }
        return map;
    }

    public Dictionary<string, string[]> StringMultiMap()
    {
        var map = new Dictionary<string, string[]>(StringComparer.Ordinal);
        for (var count = Short(); count > 0; count--)
        {
            var key = String();
            var values = new string[Short()];
            for (var i = 0; i < values.Length; i++)
                values[i] = String();
            map[key] = values;
        }
        return map;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || _at + length > body.Length)
            throw new CqlException(CqlException.ProtocolError, "message body is shorter than what it announces");
        _at += length;
        return body.AsSpan(_at - length, length);
    }
}

/// <summary>What comes with a QUERY besides the statement.</summary>
internal sealed record QueryParameters(
    IReadOnlyList<byte[]?> Values, IReadOnlyList<string>? Names, int? PageSize, byte[]? PagingState, long? Timestamp)
{
    public static QueryParameters Read(BodyReader from, byte version)
    {
        _ = from.Short(); // One node: any consistency level is met by it or by nobody.
        var flags = version >= 5 ? from.Int() : from.Byte();
        var values = new List<byte[]?>();
        List<string>? names = (flags & 0x40) != 0 ? [] : null;
        if ((flags & 0x01) != 0)
        {
            for (var count = from.Short(); count > 0; count--)
            {
                names?.Add(from.String());
                values.Add(from.Bytes());
            }
        }
        int? pageSize = (flags & 0x04) != 0 ? from.Int() : null;
        var pagingState = (flags & 0x08) != 0 ? from.Bytes() : null;
        if ((flags & 0x10) != 0)
            _ = from.Short();
        long? timestamp = (flags & 0x20) != 0 ? from.Long() : null;
        return new QueryParameters(values, names, pageSize, pagingState, timestamp);
    }
}
