namespace Cassandra.Charm.Core.Deciding;

/// <summary>
/// Which versions of Cassandra read whose data: a release reads its own and the supported ones before it, never a
/// later one's (storage-practice D2, upgrade-only). Patch releases of one line read each other's.
/// </summary>
internal static class CassandraVersion
{
    // The release lines in order; a supported upgrade goes from any line to the next major's first or later line.
    private static readonly (int Major, int Minor)[] Lines = [(3, 0), (3, 11), (4, 0), (4, 1), (5, 0)];

    internal static bool IsNewer(string data, string installed) =>
        Line(data) is { } d && Line(installed) is { } i && d.CompareTo(i) > 0;

    internal static bool IsOlder(string data, string installed) =>
        Line(data) is { } d && Line(installed) is { } i && d.CompareTo(i) < 0;

    /// <summary>More than one major version lies between: 3.x data is not read by 5.0.</summary>
    internal static bool IsTooOld(string data, string installed) =>
        Line(data) is { } d && Line(installed) is { } i && (i.Major - d.Major > 1 || !Lines.Contains(d) && d.Major < 3);

    private static (int Major, int Minor)? Line(string version)
    {
        var parts = version.Split('.', '-', '~');
        return parts.Length >= 2 && int.TryParse(parts[0], out var major) && int.TryParse(parts[1], out var minor)
            ? (major, minor)
            : null;
    }
}
