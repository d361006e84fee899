namespace Cassandra.Lab.Guest.StandIn;

/// <summary>Directories whose names survive a power cut.</summary>
internal static class DurableDirectory
{
    /// <summary>Makes every missing level and syncs what holds it.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
            return;
        var parent = Path.GetDirectoryName(path);
        if (parent is not null)
            Create(parent);
        Directory.CreateDirectory(path);
        if (parent is not null)
            Libc.SyncDirectory(parent);
    }
}
