using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Cassandra.Lab.Guest.StandIn.Cql;

namespace Cassandra.Lab.Guest.Client;

/// <summary>Reads RESULT messages of real nodes and stand-ins.</summary>
internal static class ResultReader
{
    private const int KindRows = 2;
    private const int GlobalTable = 0x01;
    private const int MorePages = 0x02;
    private const int NoMetadata = 0x04;

    public static CqlPage Read(BodyReader body)
    {
        if (body.Int() != KindRows)
            return CqlPage.Empty;
        var flags = body.Int();
        var columns = new (string Name, ushort Type)[body.Int()];
        var next = (flags & MorePages) != 0 ? body.Bytes() : null;
        if ((flags & NoMetadata) == 0)
            ReadColumns(body, flags, columns);
        var rows = new byte[body.Int()][][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = new byte[columns.Length][];
            for (var j = 0; j < columns.Length; j++)
                rows[i][j] = body.Bytes()!;
        }
        return new CqlPage(columns, rows, next);
    }

    /// <summary>A value as cqlsh would show it, for the types that this client meets.</summary>
    public static string Show(ushort type, byte[]? value) => type switch
    {
        _ when value is null => "null",
        0x01 or 0x0D => Encoding.UTF8.GetString(value),
        0x02 or 0x0B => BinaryPrimitives.ReadInt64BigEndian(value).ToString(CultureInfo.InvariantCulture),
        0x09 => BinaryPrimitives.ReadInt32BigEndian(value).ToString(CultureInfo.InvariantCulture),
        0x04 => value[0] != 0 ? "True" : "False",
        0x0C or 0x0F => new Guid(value, bigEndian: true).ToString("D"),
        0x10 => new IPAddress(value).ToString(),
        0x22 => ShowSet(value),
        _ => "0x" + Convert.ToHexStringLower(value),
    };

    private static string ShowSet(byte[] value)
    {
        var body = new BodyReader(value);
        return "{" + string.Join(", ", Enumerable.Range(0, body.Int()).Select(_ => $"'{Encoding.UTF8.GetString(body.Bytes()!)}'")) + "}";
    }

    private static void ReadColumns(BodyReader body, int flags, (string Name, ushort Type)[] columns)
    {
        if ((flags & GlobalTable) != 0)
            _ = (body.String(), body.String());
        for (var i = 0; i < columns.Length; i++)
        {
            if ((flags & GlobalTable) == 0)
                _ = (body.String(), body.String());
            columns[i] = (body.String(), ReadType(body));
        }
    }

    private static ushort ReadType(BodyReader body)
    {
        var type = (ushort)body.Short();
        switch (type)
        {
            case 0x00:
                _ = body.String();
                break;
            case 0x20 or 0x22:
                ReadType(body);
                break;
            case 0x21:
                ReadType(body);
                ReadType(body);
                break;
            default:
                break;
        }
        return type;
    }
}
