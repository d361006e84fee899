using System.Text.Json;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Node.Installing;

/// <summary>What was seen of the installation, valid while dpkg's database is the same file.</summary>
/// <param name="Database">Inode, size and time of dpkg's database.</param>
/// <param name="Version">Version of the package <c>cassandra</c>; empty where it is not installed.</param>
/// <param name="Wanted">What the last completed installation was to reach: sources, keys, version, file; empty where none was completed.</param>
internal sealed record InstallStamp(string Database, string Version, string Wanted);

/// <summary>Keeps the <see cref="InstallStamp"/>: a cache, so that one that cannot be read is none.</summary>
/// <param name="paths">Where it is.</param>
internal sealed class InstallStampFile(NodePaths paths)
{
    /// <summary>Of the stamp, or of one that knows nothing.</summary>
    public InstallStamp Read()
    {
        try
        {
            return File.Exists(paths.InstallStamp)
                && JsonSerializer.Deserialize(File.ReadAllBytes(paths.InstallStamp), NodeStateJson.Default.InstallStamp) is { } stamp
                ? stamp
                : new InstallStamp("", "", "");
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException)
        {
            return new InstallStamp("", "", "");
        }
    }

    /// <summary>Replaces it.</summary>
    public void Write(InstallStamp stamp)
    {
        StateDirectory.Create(paths);
        DurableFile.Write(
            paths.InstallStamp, JsonSerializer.SerializeToUtf8Bytes(stamp, NodeStateJson.Default.InstallStamp),
            UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>dpkg's database as it is now: it is replaced by rename at every change.</summary>
    public string Database() => FileStatus.TryOf(paths.DpkgStatus) is { } status
        ? $"{status.Inode} {status.Size} {status.Modified.Seconds}.{status.Modified.Nanoseconds}"
        : "";
}
