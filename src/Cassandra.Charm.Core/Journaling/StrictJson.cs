using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cassandra.Charm.Core.Journaling;

/// <summary>An enum as one of its words: numbers are refused, which System.Text.Json would take even where no word has them.</summary>
/// <typeparam name="T">The enum.</typeparam>
public sealed class OneWord<T> : JsonConverter<T>
    where T : struct, Enum
{
    private readonly JsonConverter<T> _words =
        (JsonConverter<T>)new JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false).CreateConverter(typeof(T), new JsonSerializerOptions());

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var value = _words.Read(ref reader, typeToConvert, options);
        // "ready, serving" is read as both at once, as if these were flags.
        return Enum.IsDefined(value) && !reader.GetString()!.Contains(',') ? value : throw new JsonException($"none of the words of {typeof(T).Name}");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => _words.Write(writer, value, options);
}

/// <summary>A number that can be written again: 1e999 is read as infinity, which no JSON can hold.</summary>
public sealed class FiniteNumber : JsonConverter<double>
{
    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : throw new JsonException("a finite number is expected");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>A list without null among its elements: System.Text.Json looks at members only.</summary>
/// <typeparam name="T">The elements.</typeparam>
public sealed class WholeList<T> : JsonConverter<IReadOnlyList<T>>
    where T : notnull
{
    /// <inheritdoc/>
    public override IReadOnlyList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("a list is expected");
        var element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var list = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            list.Add(JsonSerializer.Deserialize(ref reader, element) ?? throw new JsonException("an element is null"));
        return list;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options)
    {
        var element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (var one in value)
            JsonSerializer.Serialize(writer, one, element);
        writer.WriteEndArray();
    }
}
