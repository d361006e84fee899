using System.Runtime.InteropServices;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Copying;

/// <summary>
/// Remembers something about each inode with several names from the first of its names to the last. Cassandra's
/// snapshots lie below the table whose files they link to, so that few groups are open at a time.
/// </summary>
/// <typeparam name="T">What is remembered.</typeparam>
internal sealed class OpenLinkGroups<T>
{
    private readonly Dictionary<ulong, Group> _groups = [];

    /// <summary>
    /// Groups of which not all names have come: the inode has names outside the tree.
    /// </summary>
    public IEnumerable<(T OfFirst, uint NamesSeen)> StillOpen =>
        _groups.Values.Select(group => (group.OfFirst, group.NamesSeen));

    /// <summary>Counts a name of an inode with several names.</summary>
    /// <param name="status">Of the name.</param>
    /// <param name="ofThis">Is remembered if this is the first.</param>
    /// <param name="ofFirst">What was remembered at the first name.</param>
    /// <param name="isLast">No further name can come.</param>
    /// <returns>True if there was an earlier name.</returns>
    public bool Join(in FileStatus status, T ofThis, out T ofFirst, out bool isLast)
    {
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, status.Inode, out var known);
        group = new Group(known ? group.OfFirst : ofThis, group.NamesSeen + 1);
        ofFirst = group.OfFirst;
        isLast = group.NamesSeen == status.Links;
        if (isLast)
            _groups.Remove(status.Inode);
        return known;
    }

    private readonly record struct Group(T OfFirst, uint NamesSeen);
}
