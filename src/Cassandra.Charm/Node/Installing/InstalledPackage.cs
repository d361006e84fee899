namespace Cassandra.Charm.Node.Installing;

/// <summary>The package <c>cassandra</c> on this machine.</summary>
/// <param name="paths">Where dpkg's database is.</param>
internal sealed class InstalledPackage(NodePaths paths)
{
    /// <summary>Its name in every archive.</summary>
    public const string Name = "cassandra";

    private readonly InstallStampFile _stamps = new(paths);

    /// <summary>Version of Cassandra, e.g. <c>4.1.7</c>; empty where it is not installed and configured.</summary>
    public string Version()
    {
        var stamp = _stamps.Read();
        var database = _stamps.Database();
        if (stamp.Database == database)
            return stamp.Version;
        var version = new DpkgStatus(paths.DpkgStatus).Find(Name).GetValueOrDefault(Name) is { IsInstalled: true } package
            ? package.Version
            : "";
        if (database.Length > 0)
            _stamps.Write(stamp with { Database = database, Version = version });
        return version;
    }
}
