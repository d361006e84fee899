using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.State;

/// <summary>One JSON file of the charm's state: absent, whole, or an error, never half.</summary>
internal static class StateFile
{
    private const long LongestContent = 4 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads it; null where it is absent.</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">What it holds.</param>
    /// <param name="newestFormat">The newest <c>format</c> known of it: a newer one need not be readable to be told.</param>
    /// <exception cref="EffectFailedException">It is there and cannot be understood.</exception>
    public static T? Read<T>(string path, JsonTypeInfo<T> type, long newestFormat = long.MaxValue) where T : class
    {
        try
        {
            var content = Content(path);
            if (FormatOf(content) is { } format && format > newestFormat)
                throw new EffectFailedException($"{path} is of format {format}, newer than this charm knows ({newestFormat})",
                    "nothing was changed; refresh to the charm that wrote it");
            return JsonSerializer.Deserialize(content, type) ?? throw new JsonException("it holds null");
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        // NotSupportedException: which kind of work or place it is, is missing.
        catch (Exception broken) when (broken is JsonException or NotSupportedException)
        {
            throw new EffectFailedException($"{path} cannot be understood ({FirstLine(broken.Message)})",
                "nothing was changed; restore the file, or ask for help before removing it", broken);
        }
    }

    /// <summary>The greatest <c>format</c> that the bytes name; null where they are no object that names one.</summary>
    private static long? FormatOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        long? greatest = null;
        try
        {
            while (reader.Read())
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && reader.ValueTextEquals("format"u8)
                    && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var format))
                    greatest = Math.Max(format, greatest ?? format);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException) // half a character in a name
        {
            return null;
        }

        return greatest;
    }

    /// <summary>What the charm writes is some KiB; anything larger is not of its making, and would cost its memory.</summary>
    private static byte[] Content(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > LongestContent)
            throw new JsonException($"it has {file.Length >> 20} MiB");
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    private static string FirstLine(string text) => text.Split('\n')[0];

    /// <summary>Replaces it durably; its directory is made, 0700.</summary>
    public static void Write<T>(string path, T value, JsonTypeInfo<T> type) =>
        Write(path, JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>As the other, for what is no JSON.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
        DurableFile.Write(path, content, OwnerOnly);
    }
}
