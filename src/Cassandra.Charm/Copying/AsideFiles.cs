using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Copying;

/// <summary>
/// Contents on the target whose name has vanished from the source, but not their inode: compacted away and still in a
/// snapshot. They get a name below the root that stays until the pass has linked them where they are now.
/// </summary>
internal sealed class AsideFiles(StagingDirectory target)
{
    private const string Prefix = ".aside-";

    private readonly List<byte[]> _names = [];
    private readonly HashSet<ulong> _inodes = [];

    /// <summary>Is this one of their names?</summary>
    public bool Has(ReadOnlySpan<byte> name, in FileStatus status) =>
        _inodes.Contains(status.Inode) && FileName.ToText(name).StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Gives them that name, which is known from then on.</summary>
    public void Set(KnownFiles known)
    {
        foreach (var file in known.EndWalk())
        {
            if (FileStatus.TryOf(target.Root, file.Path) is not { } status || !file.IsIn(status))
                continue;
            var name = FileName.FromText($"{Prefix}{file.TargetInode:x}");
            if (FileStatus.TryOf(target.Root, name) is null)
                target.Root.Link(file.Path, target.Root, name);
            known.Add(file with { Path = name });
            _names.Add(name);
            _inodes.Add(file.TargetInode);
        }
    }

    /// <summary>Takes the name away again.</summary>
    public void Remove() => _names.ForEach(name => target.Root.Unlink(name));
}
