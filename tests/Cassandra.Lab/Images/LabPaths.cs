namespace Cassandra.Lab.Images;

/// <summary>Where the lab finds the repository and keeps what it builds.</summary>
public static class LabPaths
{
    /// <summary><c>$XDG_CACHE_HOME/cassandra-charm-lab</c>, by default below <c>~/.cache</c>.</summary>
    public static string Cache { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "cassandra-charm-lab");

    /// <summary>The working tree that this program was built from.</summary>
    public static string Repository { get; } = FindRepository(AppContext.BaseDirectory);

    private static string FindRepository(string start)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Cassandra.Charm.sln")))
                return directory.FullName;
        throw new DirectoryNotFoundException($"no Cassandra.Charm.sln above {start}: run the lab from its working tree");
    }
}
