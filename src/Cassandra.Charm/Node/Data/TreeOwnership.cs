using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Cassandra.Charm.Node.Configuration;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Node.Data;

/// <summary>
/// Gives a tree to this machine's <c>cassandra</c>, whose ids differ from machine to machine (cassandra-facts, Package).
/// A directory is given after all that is in it: one that has its new owner is done, so that a cut walk can be repeated.
/// </summary>
/// <param name="paths">Where places are.</param>
internal sealed class TreeOwnership(NodePaths paths)
{
    // Each level holds a descriptor; Cassandra's own trees have eight.
    private const int DeepestLevel = 128;

    /// <summary>Changes what belongs to the ids it had before, and nothing else; symbolic links are not followed.</summary>
    /// <param name="place">The tree.</param>
    /// <param name="recorded">The ids it was written with; null where nobody recorded them.</param>
    /// <param name="owner">This machine's ids.</param>
    /// <param name="cancel">Stops between two directories; the next call goes on.</param>
    public OwnerIds Take(Place place, OwnerIds? recorded, OwnerIds owner, CancellationToken cancel)
    {
        var root = paths.DataRootOf(place);
        if (TreeSeal.IsOn(root))
            throw new EffectFailedException($"{place.DataRoot} is sealed, its owners cannot be changed");
        var change = OwnerChange.From(recorded, OwnerOf($"{root}/{DataDirectories.DataName}"), owner);
        if (change.IsNeeded)
        {
            foreach (var top in Tops(place, root))
                Change(top, change, cancel);
            using var any = Descriptor.OpenDirectory(root);
            any.SyncFilesystem();
        }
        return owner;
    }

    // Where the tree fills the volume, the volume's root and what else lies there stay root's.
    private static IEnumerable<string> Tops(Place place, string root) =>
        place is Place.OnVolume { Subdirectory: "" }
            ? new DataDirectories(root).All.Where(path => FileStatus.TryOf(path) is { IsDirectory: true })
            : [root];

    private static OwnerIds? OwnerOf(string path) =>
        FileStatus.TryOf(path) is { } status ? new OwnerIds(status.Uid, status.Gid) : null;

    private static void Change(string top, OwnerChange change, CancellationToken cancel)
    {
        using var directory = Descriptor.OpenDirectory(top);
        var status = FileStatus.Of(directory);
        ChangeContent(directory, status.Filesystem, change, DeepestLevel, cancel);
        if (change.For(status) is var (uid, gid))
            directory.SetOwner(uid, gid);
    }

    private static void ChangeContent(
        SafeFileHandle directory, DeviceNumber filesystem, OwnerChange change, int levels, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using var names = new DirectoryReader(directory);
        while (names.MoveNext())
        {
            if (FileStatus.TryOf(directory, names.Current) is not { } status)
                continue;
            if (status.IsDirectory)
            {
                if (levels == 0 || status.IsMountRoot || status.Filesystem != filesystem)
                    throw new EffectFailedException(
                        $"{directory.PathForMessages(names.Current)} is another filesystem, or nested too deep",
                        "a node's data must lie on one filesystem");
                using var inner = directory.OpenEntry(names.Current, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY);
                ChangeContent(inner, filesystem, change, levels - 1, cancel);
            }
            if (change.For(status) is { } owner)
                SetOwner(directory, names.Current, owner);
        }
    }

    private static void SetOwner(SafeFileHandle directory, ReadOnlySpan<byte> name, FileOwner owner)
    {
        while (Unistd.fchownat(directory, name, owner.Uid, owner.Gid, Fcntl.AT_SYMLINK_NOFOLLOW) != 0)
            LibcException.ThrowUnlessInterrupted("chown", directory, name);
    }
}

/// <summary>Which ids become which.</summary>
internal sealed class OwnerChange
{
    private readonly HashSet<uint> _users = [];
    private readonly HashSet<uint> _groups = [];
    private readonly OwnerIds _to;

    private OwnerChange(OwnerIds to) => _to = to;

    /// <summary>Something may have to change.</summary>
    public bool IsNeeded => _users.Count + _groups.Count > 0;

    /// <summary>What is recorded, and what the data directory itself says, becomes this machine's.</summary>
    public static OwnerChange From(OwnerIds? recorded, OwnerIds? found, OwnerIds to)
    {
        var change = new OwnerChange(to);
        foreach (var ids in new[] { recorded, found }.OfType<OwnerIds>())
        {
            if (ids.User != to.User)
                change._users.Add(ids.User);
            if (ids.Group != to.Group)
                change._groups.Add(ids.Group);
        }
        return change;
    }

    /// <summary>The owner an entry gets; null where it keeps its own.</summary>
    public FileOwner? For(in FileStatus status)
    {
        var user = _users.Contains(status.Uid) ? _to.User : status.Uid;
        var group = _groups.Contains(status.Gid) ? _to.Group : status.Gid;
        return user == status.Uid && group == status.Gid ? null : new FileOwner(user, group);
    }
}
