using System.Collections.Concurrent;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Copying;

/// <summary>
/// What hot passes have brought over, by the source's inode: names come and go by compaction and snapshots, contents stay.
/// True within one boot only: after a power cut a file's times may say less than its blocks.
/// </summary>
internal sealed class KnownFiles
{
    private readonly ConcurrentDictionary<ulong, KnownFile> _files = [];
    private readonly ConcurrentDictionary<ulong, ulong> _sources = []; // by the target's inode
    private readonly HashSet<ulong> _atPath = [];
    private readonly HashSet<ulong> _elsewhere = [];

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<KnownFile> All => _files.Values;

    /// <summary>The content of a file, if it was brought over; its ctime may have moved since.</summary>
    public KnownFile? Find(in FileStatus source) =>
        _files.TryGetValue(source.Inode, out var known) && known.Source.IsSameButForChange(source) ? known : null;

    /// <summary>Is an inode of the target the content of some file already?</summary>
    public bool IsTaken(ulong targetInode) => _sources.ContainsKey(targetInode);

    /// <summary>Adds a file, or replaces what was known of its inode.</summary>
    public void Add(KnownFile file)
    {
        Forget(file.Source.Inode);
        _files[file.Source.Inode] = file;
        _sources[file.TargetInode] = file.Source.Inode;
    }

    /// <summary>Its content on the target is not to be relied on.</summary>
    public void Forget(ulong sourceInode)
    {
        if (_files.TryRemove(sourceInode, out var file))
            _sources.TryRemove(new(file.TargetInode, sourceInode));
    }

    /// <summary>A walk over the source begins.</summary>
    public void BeginWalk()
    {
        _atPath.Clear();
        _elsewhere.Clear();
    }

    /// <summary>The walk met an entry.</summary>
    public void Meet(in FileStatus source, ReadOnlySpan<byte> path)
    {
        if (Find(source) is { } known)
            (known.Path.AsSpan(..^1).SequenceEqual(path) ? _atPath : _elsewhere).Add(source.Inode);
    }

    /// <summary>
    /// Ends the walk: what it did not meet is forgotten.
    /// </summary>
    /// <returns>Files whose name on the target is the name of nothing any more, but whose content is needed under another.</returns>
    public IReadOnlyList<KnownFile> EndWalk()
    {
        foreach (var inode in _files.Keys.Where(inode => !_atPath.Contains(inode) && !_elsewhere.Contains(inode)))
            Forget(inode);
        return [.. _elsewhere.Where(inode => !_atPath.Contains(inode)).Select(inode => _files[inode])];
    }
}
