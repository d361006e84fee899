using System.Text.Json;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Service;

/// <summary>What the service is doing, for everyone who shows it. A hint: whole or absent, never durable.</summary>
internal static class ProgressFile
{
    /// <summary>Replaces it.</summary>
    public static void Write(StatePaths paths, ServiceProgress progress)
    {
        var temporary = paths.Progress + ".tmp";
        Directory.CreateDirectory(paths.Run);
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(progress, ServiceJson.Default.ServiceProgress));
        File.Move(temporary, paths.Progress, overwrite: true);
    }

    /// <summary>Reads it; null where the service does nothing.</summary>
    public static ServiceProgress? Read(StatePaths paths) => StateFile.Read(paths.Progress, ServiceJson.Default.ServiceProgress);
}
