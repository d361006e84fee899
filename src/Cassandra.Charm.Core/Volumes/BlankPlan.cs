namespace Cassandra.Charm.Core.Volumes;

/// <summary>
/// Where to read before a disk counts as blank (design section 3, <c>volume-blank-check</c>). That no signature is
/// found proves nothing: with its first superblock lost, a filesystem shows none (storage-practice B2).
/// </summary>
public static class BlankPlan
{
    /// <summary>Reads are made of whole blocks of this many bytes.</summary>
    public const int Block = 4096;

    /// <summary>Samples of one block each: a run of data longer than size / 65,536 contains one for certain.</summary>
    public const int Samples = 65_536;

    private const long Mebibyte = 1L << 20, Gibibyte = 1L << 30, Tebibyte = 1L << 40;
    private const long Edge = 64 * Mebibyte;

    /// <summary>Where a first partition begins: the bare disk, today's alignment, the DOS one (sector 63).</summary>
    private static readonly long[] Bases = [0, Mebibyte, 63 * 512];

    /// <summary>Both ends, the places of metadata copies, and the samples; in order, without overlap.</summary>
    public static IReadOnlyList<ByteRange> Quick(long size) =>
        ByteRange.Normalise([.. Ends(size), .. MetadataCopies(size), .. Spread(size, Samples)], size, Block);

    /// <summary>For a disk already proven blank in this attachment: has anybody begun to use it since?</summary>
    public static IReadOnlyList<ByteRange> Again(long size) =>
        ByteRange.Normalise([.. Ends(size), .. MetadataCopies(size), .. Spread(size, Samples / 64)], size, Block);

    /// <summary>Every byte.</summary>
    public static IReadOnlyList<ByteRange> Full(long size) => [new ByteRange(0, size)];

    /// <summary>
    /// Both ends: tables, boot sectors, every first superblock; GPT's, NTFS's, HFS+'s and nilfs's copies, md 0.90 and 1.0,
    /// DDF and firmware RAID, DRBD, ZFS's last two labels, LVM's second metadata area, LDM.
    /// </summary>
    private static ByteRange[] Ends(long size) => [new(0, Edge), new(size - Edge, Edge)];

    /// <summary>Where filesystems keep copies of their first block.</summary>
    public static IReadOnlyList<ByteRange> MetadataCopies(long size) => ByteRange.Normalise(
    [
        .. Bases.SelectMany(start => ExtBackups(size - start).Select(offset => new ByteRange(start + offset, Block))),
        .. Bases.SelectMany(start => FixedPlaces.Select(offset => new ByteRange(start + offset, 16 * Block))),
        .. XfsGroups(size),
    ], size, Block);

    /// <summary>btrfs's mirrors (64 MiB, 256 GiB), OCFS2's backups (1, 4, 16, 64, 256 GiB, 1 TiB), BlueStore's labels (1, 10, 100, 1000 GiB).</summary>
    private static readonly long[] FixedPlaces =
    [
        64 * Mebibyte, Gibibyte, 4 * Gibibyte, 10 * Gibibyte, 16 * Gibibyte, 64 * Gibibyte, 100 * Gibibyte,
        256 * Gibibyte, 1000 * Gibibyte, Tebibyte,
    ];

    /// <summary>ext with <c>sparse_super</c>: groups 0, 1 and the powers of 3, 5 and 7, for each block size.</summary>
    private static IEnumerable<long> ExtBackups(long size)
    {
        foreach (var block in new[] { 1024L, 2048, 4096, 65536 })
        {
            var group = 8 * block * block; // one bitmap block describes a group
            var first = block == 1024 ? block : 0; // block 0 holds the boot sector
            foreach (var number in SparseGroups().TakeWhile(n => n * group < size))
                yield return (number * group) + first;
        }
    }

    private static SortedSet<long> SparseGroups()
    {
        const long Farthest = 1L << 40;
        var groups = new SortedSet<long> { 1 };
        foreach (var step in new[] { 3L, 5, 7 })
        {
            for (var power = step; power < Farthest; power *= step)
                groups.Add(power);
        }

        return groups;
    }

    /// <summary>
    /// XFS puts a superblock in front of each allocation group: a quarter of the filesystem, or 1/8, 1/16, 1/32 on
    /// striped disks, or 1 TiB. Partition ends differ by up to 2 MiB, the groups' starts by less.
    /// </summary>
    private static IEnumerable<ByteRange> XfsGroups(long size)
    {
        const int Finest = 32;
        for (var group = 1; group < Finest; group++)
            yield return new ByteRange((size / Finest * group) - (2 * Mebibyte), 4 * Mebibyte);
        for (var start = Tebibyte; start < size; start += Tebibyte)
            yield return new ByteRange(start - Mebibyte, 3 * Mebibyte);
    }

    private static IEnumerable<ByteRange> Spread(long size, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
            yield return new ByteRange((long)((Int128)size * sample / samples / Block * Block), Block);
    }
}
