using System.Text;

namespace Cassandra.Charm.Node.Cql;

/// <summary>A row of an answer: column → value as bytes; null where the column is null or absent.</summary>
internal sealed class CqlRow(IReadOnlyDictionary<string, byte[]?> values)
{
    private const int KindRows = 2;
    private const int GlobalTable = 1;
    private const int HasMorePages = 2;
    private const int NoMetadata = 4;

    /// <summary>A text; empty where null.</summary>
    public string Text(string column) => Value(column) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";

    /// <summary>A uuid.</summary>
    public Guid? Uuid(string column) => Value(column) is { Length: 16 } bytes ? new Guid(bytes, bigEndian: true) : null;

    /// <summary>A set or list of texts.</summary>
    public IReadOnlyList<string> Texts(string column)
    {
        if (Value(column) is not { } bytes)
            return [];
        var reader = new CqlReader(bytes);
        var texts = new string[reader.ReadInt()];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = Encoding.UTF8.GetString(reader.ReadValue() ?? []);
        return texts;
    }

    /// <summary>Reads the body of a RESULT of kind Rows.</summary>
    public static IReadOnlyList<CqlRow> ReadRows(byte[] body)
    {
        var reader = new CqlReader(body);
        if (reader.ReadInt() != KindRows)
            throw new CqlException("the answer has no rows");
        var columns = ReadColumns(ref reader);
        var rows = new CqlRow[reader.ReadInt()];
        for (var i = 0; i < rows.Length; i++)
        {
            var values = new Dictionary<string, byte[]?>(StringComparer.Ordinal);
            foreach (var column in columns)
                values[column] = reader.ReadValue();
            rows[i] = new CqlRow(values);
        }
        return rows;
    }

    private static string[] ReadColumns(ref CqlReader reader)
    {
        var flags = reader.ReadInt();
        var columns = new string[reader.ReadInt()];
        if ((flags & NoMetadata) != 0)
            throw new CqlException("the answer does not name its columns");
        if ((flags & HasMorePages) != 0)
            reader.ReadValue();
        var hasOneTable = (flags & GlobalTable) != 0;
        if (hasOneTable)
            SkipTable(ref reader);
        for (var i = 0; i < columns.Length; i++)
        {
            if (!hasOneTable)
                SkipTable(ref reader);
            columns[i] = reader.ReadText();
            reader.SkipType();
        }
        return columns;
    }

    private static void SkipTable(ref CqlReader reader)
    {
        reader.ReadText();
        reader.ReadText();
    }

    private byte[]? Value(string column) => values.GetValueOrDefault(column);
}
