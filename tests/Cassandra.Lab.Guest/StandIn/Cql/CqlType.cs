using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Cassandra.Lab.Guest.StandIn.Cql;

/// <summary>A request that cannot be answered, with the native protocol's error code.</summary>
internal sealed class CqlException(int code, string message) : Exception(message)
{
    public const int ServerError = 0x0000;
    public const int ProtocolError = 0x000A;
    public const int BadCredentials = 0x0100;
    public const int SyntaxError = 0x2000;
    public const int Invalid = 0x2200;
    public const int AlreadyExists = 0x2400;

    public int Code { get; } = code;

    /// <summary>What follows the message in the ERROR of some codes.</summary>
    public byte[] Details { get; init; } = [];
}

/// <summary>A type of the tiny subset: its protocol option and its literals.</summary>
internal sealed record CqlType(string Name, ushort Option, IReadOnlyList<CqlType> Parameters)
{
    public static readonly CqlType Text = new("text", 0x0D, []);
    public static readonly CqlType BigInt = new("bigint", 0x02, []);
    public static readonly CqlType Int = new("int", 0x09, []);
    public static readonly CqlType Boolean = new("boolean", 0x04, []);
    public static readonly CqlType Uuid = new("uuid", 0x0C, []);
    public static readonly CqlType Inet = new("inet", 0x10, []);

    private static readonly Dictionary<string, CqlType> Simple = new[]
    {
        Text, BigInt, Int, Boolean, Uuid, Inet, new("ascii", 0x01, []), new("varchar", 0x0D, []), new("blob", 0x03, []),
        new("double", 0x07, []), new("timestamp", 0x0B, []), new("timeuuid", 0x0F, []),
    }.ToDictionary(type => type.Name);

    public static CqlType Parse(string text)
    {
        var open = text.IndexOf('<', StringComparison.Ordinal);
        if (open < 0)
            return Simple.GetValueOrDefault(text) ?? throw new CqlException(CqlException.Invalid, $"Unknown type {text}");
        var parameters = text[(open + 1)..^1].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();
        return text[..open] switch
        {
            "set" => new CqlType(text, 0x22, parameters),
            "list" => new CqlType(text, 0x20, parameters),
            "map" => new CqlType(text.Replace(' ', ','), 0x21, parameters),
            _ => throw new CqlException(CqlException.Invalid, $"Unknown type {text}"),
        };
    }

    /// <summary>The serialised form of a literal of the CQL text.</summary>
    public byte[] Serialize(string literal, bool isString)
    {
        try
        {
            return Name switch
            {
                "text" or "varchar" or "ascii" when isString => Encoding.UTF8.GetBytes(literal),
                "bigint" or "timestamp" => BigEndian(long.Parse(literal, CultureInfo.InvariantCulture)),
                "int" => BigEndian(int.Parse(literal, CultureInfo.InvariantCulture)),
                "double" => BigEndian(BitConverter.DoubleToInt64Bits(double.Parse(literal, CultureInfo.InvariantCulture))),
                "boolean" => [(byte)(bool.Parse(literal) ? 1 : 0)],
                "uuid" or "timeuuid" => Guid.Parse(literal).ToByteArray(bigEndian: true),
                "inet" when isString => IPAddress.Parse(literal).GetAddressBytes(),
                "blob" when literal.StartsWith("0x", StringComparison.OrdinalIgnoreCase) => Convert.FromHexString(literal.AsSpan(2)),
                _ => throw new FormatException(),
            };
        }
        catch (FormatException)
        {
            throw new CqlException(CqlException.Invalid, $"Invalid constant ({literal}) for a column of type {Name}");
        }
    }

    public static byte[] TextSet(IEnumerable<string> values)
    {
        var items = values.Order(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes).ToList();
        return [.. BigEndian(items.Count), .. items.SelectMany(item => BigEndian(item.Length).Concat(item))];
    }

    public static byte[] TextMap(IEnumerable<KeyValuePair<string, string>> values)
    {
        var items = values.Select(pair => (Encoding.UTF8.GetBytes(pair.Key), Encoding.UTF8.GetBytes(pair.Value))).ToList();
        return
        [
            .. BigEndian(items.Count),
            .. items.SelectMany(item => BigEndian(item.Item1.Length).Concat(item.Item1)
                .Concat(BigEndian(item.Item2.Length)).Concat(item.Item2)),
        ];
    }

    public static byte[] BigEndian(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] BigEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
