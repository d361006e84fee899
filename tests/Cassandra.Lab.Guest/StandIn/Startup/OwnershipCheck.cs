using Cassandra.Lab.Guest.StandIn.Configuration;

namespace Cassandra.Lab.Guest.StandIn.Startup;

/// <summary>4.1's <c>check_filesystem_ownership</c>: above each directory lies exactly one marker file, all of them
/// agree, and the token in them is the one of cassandra.yaml.</summary>
internal static class OwnershipCheck
{
    public static void Require(OwnershipCheckSettings settings, IEnumerable<string> directories)
    {
        if (settings.Token is null)
            throw Failed("property 'ownership_token' required for fs ownership check not supplied");
        var markers = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var directory in directories)
        {
            var found = MarkersAbove(directory, settings.FileName);
            if (found.Count == 0)
                throw Failed($"no file found in tree for {directory}");
            if (found.Count > 1)
                throw Failed($"multiple files found in tree for {directory}");
            markers.TryAdd(found[0], Read(found[0]));
        }

        foreach (var marker in markers.Values)
            RequireValid(marker);
        if (markers.Values.Select(marker => (marker["volume_count"], marker["ownership_token"])).Distinct().Count() > 1)
            throw Failed($"inconsistent ownership files found on disk: {string.Join(',', markers.Keys)}");
        var first = markers.Values.First();
        if (int.Parse(first["volume_count"], System.Globalization.CultureInfo.InvariantCulture) != markers.Count)
            throw Failed("number of ownership files found doesn't match expected");
        if (first["ownership_token"] != settings.Token)
            throw Failed("token found on disk does not match supplied");
    }

    private static void RequireValid(IReadOnlyDictionary<string, string> marker)
    {
        if (marker.GetValueOrDefault("version") is not "1")
            throw Failed($"unsupported version '{marker.GetValueOrDefault("version")}' in ownership file");
        if (!int.TryParse(marker.GetValueOrDefault("volume_count"), out var count) || count <= 0)
            throw Failed("invalid or missing value for property 'volume_count'");
        if (marker.GetValueOrDefault("ownership_token") is null or "")
            throw Failed("invalid or missing value for property 'ownership_token'");
    }

    private static List<string> MarkersAbove(string directory, string name)
    {
        var found = new List<string>();
        for (var at = Path.GetFullPath(directory); at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, name)))
                found.Add(Path.Combine(at, name));
        }
        return found;
    }

    private static IReadOnlyDictionary<string, string> Read(string path)
    {
        try
        {
            return PropertiesFile.Read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("error when checking for fs ownership file");
        }
    }

    private static StartupFailure Failed(string reason) => StartupFailure.Check(3, $"FS ownership check failed; {reason}");
}
