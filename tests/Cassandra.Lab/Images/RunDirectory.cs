namespace Cassandra.Lab.Images;

/// <summary>
/// A directory for what lives as long as a machine or a test. One that a killed process left behind is removed by
/// the next that makes one. On the cache's file system, because disks are used with O_DIRECT, which a tmpfs may lack.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    private const string LockName = ".lock";

    private static readonly string Parent = System.IO.Path.Combine(LabPaths.Cache, "run");

    private readonly FileLock _lock;

    private RunDirectory(string path, FileLock held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>Makes one.</summary>
    public static RunDirectory Create()
    {
        Directory.CreateDirectory(Parent);
        Sweep();
        while (true)
        {
            // Short: the sockets in it must fit into the 108 bytes of a socket address.
            var path = System.IO.Path.Combine(Parent, Guid.NewGuid().ToString("N")[..8]);
            Directory.CreateDirectory(path);
            if (FileLock.TryExclusive(System.IO.Path.Combine(path, LockName)) is { } held)
                return new RunDirectory(path, held);
        }
    }

    /// <summary>A file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Deletes it with all its content.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        _lock.Dispose();
    }

    private static void Sweep()
    {
        foreach (var path in Directory.GetDirectories(Parent))
        {
            // One without a lock file is being made at this moment.
            var lockFile = System.IO.Path.Combine(path, LockName);
            if (!System.IO.File.Exists(lockFile))
                continue;
            using var abandoned = FileLock.TryExclusive(lockFile);
            if (abandoned is not null)
                Directory.Delete(path, recursive: true);
        }
    }
}
