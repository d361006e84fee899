using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cassandra.Lab.Guest.UnitAgent.Model;

/// <summary>An append-only history, one JSON object per line.</summary>
internal static class JsonLines
{
    /// <summary>Durable when it returns; a line that a power failure cut short is ended first.</summary>
    public static void Append<T>(string path, T value, JsonTypeInfo<T> type)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        file.Seek(-Math.Min(1, file.Length), SeekOrigin.End);
        var cut = file.Length > 0 && file.ReadByte() != '\n';
        file.Write(Encoding.UTF8.GetBytes($"{(cut ? "\n" : "")}{JsonSerializer.Serialize(value, type)}\n"));
        file.Flush(flushToDisk: true);
    }

    /// <summary>A last line cut by a power failure is left out.</summary>
    public static List<T> Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        var values = new List<T>();
        if (!File.Exists(path))
            return values;
        foreach (var line in File.ReadLines(path))
        {
            try
            {
                if (JsonSerializer.Deserialize(line, type) is { } value)
                    values.Add(value);
            }
            catch (JsonException)
            {
                // cut
            }
        }

        return values;
    }
}
