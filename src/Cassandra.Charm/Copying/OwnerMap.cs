namespace Cassandra.Charm.Copying;

/// <summary>Which user and group of the target stand for one of the source.</summary>
internal sealed record OwnerMap(Func<uint, uint> User, Func<uint, uint> Group)
{
    /// <summary>The same numbers on both sides.</summary>
    public static OwnerMap Identity { get; } = new(uid => uid, gid => gid);
}
