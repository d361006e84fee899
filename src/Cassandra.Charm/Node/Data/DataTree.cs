using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Node.Configuration;

namespace Cassandra.Charm.Node.Data;

/// <summary>Makes the directories that a node starts on.</summary>
/// <param name="paths">Where places are.</param>
internal sealed class DataTree(NodePaths paths)
{
    private const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>
    /// Creates what is absent, with the service's owner; what is there stays as it is. On a volume only where it is mounted:
    /// else the root disk would get an empty node's directories.
    /// </summary>
    public void Create(Place place, OwnerIds owner)
    {
        var root = paths.DataRootOf(place);
        if (TreeSeal.IsOn(root) && !new TreeSeal(root).TryReuse())
            throw new EffectFailedException($"{place.DataRoot} is sealed: another place holds the newer data");
        if (place is Place.OnVolume volume && FileStatus.TryOf(paths.Real(volume.MountPoint)) is not { IsMountRoot: true })
            throw new EffectFailedException($"nothing is mounted on {volume.MountPoint}", "attach the volume");
        if (root != MountPointOf(place))
            Create(root, owner);
        foreach (var directory in new DataDirectories(root).All)
            Create(directory, owner);
        DurableFile.SyncDirectory(root);
    }

    // Adopted in place, the data root is the volume's own root, which stays root's.
    private string? MountPointOf(Place place) =>
        place is Place.OnVolume volume ? paths.Real(volume.MountPoint) : null;

    private static void Create(string path, OwnerIds owner)
    {
        if (FileStatus.TryOf(path) is { } status)
        {
            if (!status.IsDirectory)
                throw new EffectFailedException($"{path} is not a directory", "move it away, or make it a directory");
            if (!IsHalfMade(path, status))
                return;
        }
        Directory.CreateDirectory(path);
        using (var directory = Descriptor.OpenDirectory(path))
        {
            directory.SetMode(Open);
            directory.SetOwner(owner.User, owner.Group);
            directory.Sync();
        }
        DurableFile.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    // Empty and still root's: made by this method, before a crash.
    private static bool IsHalfMade(string path, FileStatus status) =>
        status.Uid == 0 && !Directory.EnumerateFileSystemEntries(path).Any();
}
