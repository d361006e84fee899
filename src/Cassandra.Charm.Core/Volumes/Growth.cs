namespace Cassandra.Charm.Core.Volumes;

/// <summary>
/// A disk that is larger than what is used of it, and all that is needed to write the table that it has once more, for the
/// new size: whatever a crash leaves can be told as ours by it.
/// </summary>
/// <param name="Volume">The id in the volume's record.</param>
/// <param name="Disk">The disk, at its new size.</param>
/// <param name="Layout">The identifiers that its table has, and keeps.</param>
/// <param name="TableBytes">The size of the disk that the table was written for: the table's second copy stands at that end.</param>
public sealed record Growth(string Volume, DiskPin Disk, Layout Layout, long TableBytes)
{
    /// <summary>
    /// Less is left alone: filesystems do not use a remainder that is smaller than the metadata it would need (ext4 of
    /// 16 TiB: 14 MiB), and clouds enlarge by gibibytes.
    /// </summary>
    public const long Slack = 16L << 20;
}
