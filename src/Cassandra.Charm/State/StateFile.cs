using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.State;

/// <summary>One JSON file of the charm's state: absent, whole, or an error, never half.</summary>
internal static class StateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads it; null where it is absent.</summary>
    /// <exception cref="EffectFailedException">It is there and cannot be understood.</exception>
    public static T? Read<T>(string path, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException broken)
        {
            throw new EffectFailedException($"{path} cannot be understood ({broken.Message})",
                "nothing was changed; restore the file, or ask for help before removing it", broken);
        }
    }

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
