namespace Cassandra.Lab.StandIn;

/// <summary>What differs between releases in the package's files: since 4.1 units stand in the values.</summary>
internal static class ReleaseSettings
{
    private const string Before41 = """

        commitlog_sync_period_in_ms: 10000
        commitlog_segment_size_in_mb: 32
        max_hint_window_in_ms: 10800000
        read_request_timeout_in_ms: 5000
        write_request_timeout_in_ms: 2000

        """;

    private const string Since41 = """

        commitlog_sync_period: 10000ms
        commitlog_segment_size: 32MiB
        max_hint_window: 3h
        read_request_timeout: 5000ms
        write_request_timeout: 2000ms

        """;

    private const string Since50 = """

        # Formats that 4.x can read, until the whole ring runs 5.0.
        storage_compatibility_mode: CASSANDRA_4

        """;

    /// <summary>The release's own lines of cassandra.yaml.</summary>
    public static string For(string version)
    {
        var release = Release(version);
        return (release < new Version(4, 1) ? Before41 : Since41) + (release.Major >= 5 ? Since50 : "");
    }

    /// <summary>The runtime that the release's own package asks for.</summary>
    public static string JavaDependency(string version) => Release(version).Major >= 5
        ? "openjdk-17-jre-headless | java17-runtime | openjdk-11-jre-headless | java11-runtime"
        : "openjdk-11-jre-headless | java11-runtime | openjdk-8-jre-headless | java8-runtime";

    private static Version Release(string version) => Version.Parse(version.Split('-', '~', '+')[0]);
}
