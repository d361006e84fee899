using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Copying;

/// <summary>Collects in what a target differs from its source.</summary>
internal sealed class TreeDifferences(OwnerMap owners)
{
    private const int DifferencesToName = 20;

    private readonly List<TreeDifference> _found = [];
    private readonly OpenLinkGroups<(ulong Inode, uint Links)> _linkGroups = new();

    public IReadOnlyList<TreeDifference> Found => _found;

    public void CompareRoots(DirectoryPair root) =>
        CompareStatus(root, ".\0"u8, FileStatus.Of(root.Source), FileStatus.Of(root.Target));

    /// <summary>Compares all but the content.</summary>
    /// <returns>False if there is nothing to go on with on the target.</returns>
    public bool CompareEntry(DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus source, out bool hasEarlierName)
    {
        hasEarlierName = false;
        if (FileStatus.TryOf(directory.Target, name) is not { } target)
            return Add(directory, name, "missing");
        if (source.Type != target.Type)
            return Add(directory, name, $"of type {target.Type:x}, expected {source.Type:x}");
        CompareStatus(directory, name, source, target);
        if (source.IsSymbolicLink
            && !SymbolicLink.Read(directory.Source, name).AsSpan().SequenceEqual(SymbolicLink.Read(directory.Target, name)))
            Add(directory, name, "points elsewhere");
        if (!source.IsDirectory)
            CompareLinks(directory, name, source, target, out hasEarlierName);
        return true;
    }

    /// <summary>Every name of the source was found on the target; it has others if it has more.</summary>
    public void CompareNames(DirectoryPair directory, int namesInSource)
    {
        var names = 0;
        using (var reader = new DirectoryReader(directory.Target))
            while (reader.MoveNext())
                names++;
        if (names == namesInSource)
            return;
        using var extra = new DirectoryReader(directory.Target);
        while (extra.MoveNext())
            if (FileStatus.TryOf(directory.Source, extra.Current) is null)
                Add(directory, extra.Current, "not in the source");
    }

    /// <summary>At the end: inodes of the source that have names elsewhere.</summary>
    public void CompareOpenLinkGroups()
    {
        foreach (var ((inode, links), namesSeen) in _linkGroups.StillOpen)
            if (links != namesSeen)
                Add(new TreeDifference($"inode {inode}", $"has {links} names, expected {namesSeen}"));
    }

    public void AddContent(DirectoryPair directory, ReadOnlySpan<byte> name, bool isKept) =>
        Add(new TreeDifference(directory.Target.PathForMessages(name), "other content on the disk than was copied", isKept));

    private void CompareStatus(DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus source, in FileStatus target)
    {
        var (uid, gid) = (owners.User(source.Uid), owners.Group(source.Gid));
        if (source.IsRegular && source.Size != target.Size)
            Add(directory, name, $"{target.Size} bytes long, expected {source.Size}");
        if (!source.IsSymbolicLink && source.Mode != target.Mode)
            Add(directory, name, $"has mode {target.Mode}, expected {source.Mode}");
        if ((target.Uid, target.Gid) != (uid, gid))
            Add(directory, name, $"owned by {target.Uid}:{target.Gid}, expected {uid}:{gid}");
        if (source.Modified != target.Modified)
            Add(directory, name, $"modified at {target.Modified}, expected {source.Modified}");
        var expected = ExtendedAttributes.Of(directory.Source, name).MappedBy(owners);
        if (expected.DifferenceTo(ExtendedAttributes.Of(directory.Target, name)) is { } attribute)
            Add(directory, name, $"differs in the extended attribute {attribute}");
    }

    private void CompareLinks(
        DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus source, in FileStatus target, out bool hasEarlierName)
    {
        hasEarlierName = false;
        var isLast = true;
        if (source.Links > 1)
        {
            hasEarlierName = _linkGroups.Join(source, (target.Inode, target.Links), out var first, out isLast);
            if (first.Inode != target.Inode)
                Add(directory, name, "not linked to the same file as in the source");
        }
        if (isLast ? target.Links != source.Links : target.Links > source.Links)
            Add(directory, name, $"has {target.Links} names, expected {source.Links}");
    }

    private bool Add(DirectoryPair directory, ReadOnlySpan<byte> name, string what)
    {
        Add(new TreeDifference(directory.Target.PathForMessages(name), what));
        return false;
    }

    private void Add(TreeDifference difference)
    {
        lock (_found)
            if (_found.Count < DifferencesToName)
                _found.Add(difference);
    }
}
