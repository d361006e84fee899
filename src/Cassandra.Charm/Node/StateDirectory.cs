using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Node;

/// <summary>The charm's own directory: root's, closed to all others.</summary>
internal static class StateDirectory
{
    /// <summary>Creates it durably where it is absent.</summary>
    public static void Create(NodePaths paths)
    {
        if (Directory.Exists(paths.StateDirectory))
            return;
        Directory.CreateDirectory(
            paths.StateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DurableFile.SyncDirectory(Path.GetDirectoryName(paths.StateDirectory)!);
    }
}
