using System.Globalization;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Service;

/// <summary>The limit that hooks set and the running copy obeys.</summary>
internal static class RateLimitFile
{
    /// <summary>Sets it, in MiB/s; 0 = none.</summary>
    public static void Write(StatePaths paths, int limit)
    {
        Directory.CreateDirectory(paths.Run);
        File.WriteAllText(paths.RateLimit, limit.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>As last set; none where nobody did.</summary>
    public static int Read(StatePaths paths) =>
        File.Exists(paths.RateLimit) && int.TryParse(File.ReadAllText(paths.RateLimit), out var limit) ? limit : 0;
}
