using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Observing;

/// <summary>
/// What was seen when the machine was searched for a volume. Looking never writes, and an error while looking is
/// never "empty": it is <see cref="Unusable"/>.
/// </summary>
public abstract record VolumeSight
{
    private VolumeSight() { }

    /// <summary>One answer per kind of sight: C# does not know that the kinds are these, a missing argument does not compile.</summary>
    public T Match<T>(
        Func<NotAttached, T> notAttached, Func<Several, T> several, Func<Unusable, T> unusable,
        Func<Foreign, T> foreign, Func<Unchecked, T> @unchecked, Func<Blank, T> blank, Func<HalfMade, T> halfMade,
        Func<HalfGrown, T> halfGrown, Func<EmptyFilesystem, T> emptyFilesystem, Func<Recorded, T> recorded, Func<Unrecorded, T> unrecorded) =>
        this switch
        {
            NotAttached x => notAttached(x),
            Several x => several(x),
            Unusable x => unusable(x),
            Foreign x => foreign(x),
            Unchecked x => @unchecked(x),
            Blank x => blank(x),
            HalfMade x => halfMade(x),
            HalfGrown x => halfGrown(x),
            EmptyFilesystem x => emptyFilesystem(x),
            Recorded x => recorded(x),
            Unrecorded x => unrecorded(x),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>No disk of this machine is the volume.</summary>
    public sealed record NotAttached : VolumeSight
    {
        /// <summary>
        /// One may be: the operator's pattern fits it alone, and it is taken once that was so for ten seconds; null where none.
        /// </summary>
        public TimeSpan? SettlesIn { get; init; }
    }

    /// <summary>More than one disk (or filesystem) claims to be it.</summary>
    /// <param name="What">What they share, and their names, for the status line: <c>vdb and vdc both report serial vol-1</c>.</param>
    public sealed record Several(string What) : VolumeSight;

    /// <summary>It is there and cannot be used: busy, unreadable, read-only, too small.</summary>
    /// <param name="Disk">The disk's kernel name.</param>
    /// <param name="Why">What was seen, for the status line: <c>vdb is read-only</c>.</param>
    /// <param name="Remedy">What the operator can do.</param>
    public sealed record Unusable(string Disk, string Why, string Remedy) : VolumeSight;

    /// <summary>It holds something that is neither nothing nor ours nor Cassandra's.</summary>
    /// <param name="Disk">The disk's kernel name.</param>
    /// <param name="What">What was seen, as a noun phrase: <c>an LVM physical volume</c>.</param>
    /// <param name="Remedy">What the operator can do, where it differs from the usual.</param>
    public sealed record Foreign(string Disk, string What, string? Remedy = null) : VolumeSight;

    /// <summary>Blankness is not known yet: reading takes longer than a hook may.</summary>
    /// <param name="Pin">The disk.</param>
    /// <param name="Fraction">How much of the check is done, 0 to 1.</param>
    public sealed record Unchecked(DiskPin Pin, double Fraction) : VolumeSight;

    /// <summary>Proven blank by reading.</summary>
    /// <param name="Disk">The disk's kernel name.</param>
    /// <param name="Pin">The disk.</param>
    public sealed record Blank(string Disk, DiskPin Pin) : VolumeSight;

    /// <summary>A partition with our init label and the identifiers of the journal's intent: our own work, cut short.</summary>
    public sealed record HalfMade(string Disk, DiskPin Pin) : VolumeSight;

    /// <summary>
    /// The volume that served, with the table of the journal's growth, cut while it was written: no partition can be mounted
    /// by it before it is written again.
    /// </summary>
    public sealed record HalfGrown(string Disk, DiskPin Pin) : VolumeSight;

    /// <summary>A clean filesystem with nothing in it but an empty <c>lost+found</c> (and no record).</summary>
    public sealed record EmptyFilesystem(string Disk, DiskPin Pin, Filesystem Filesystem) : VolumeSight;

    /// <summary>A filesystem with a record of ours.</summary>
    /// <param name="Disk">The disk's kernel name.</param>
    /// <param name="Pin">The disk.</param>
    /// <param name="Filesystem">The filesystem.</param>
    /// <param name="Record">The record found at its root.</param>
    /// <param name="HasTree">The data directory the record names is there and holds Cassandra data.</param>
    /// <param name="HasIncoming"><c>cassandra.incoming</c> is there.</param>
    public sealed record Recorded(
        string Disk, DiskPin Pin, Filesystem Filesystem, VolumeRecord Record, bool HasTree, bool HasIncoming)
        : VolumeSight
    {
        /// <summary>
        /// False where the filesystem was not cleanly unmounted: label and mark prove it ours, the record is current,
        /// what it says of data is not seen but concluded. Mounting replays the log; look again before anything else.
        /// </summary>
        public bool IsClean { get; init; } = true;

        /// <summary>It is mounted at its mount point, by this very filesystem.</summary>
        public bool IsMounted { get; init; }

        /// <summary>Space used and in all, where mounted.</summary>
        public Space? Space { get; init; }

        /// <summary>
        /// The disk has more than the partition uses, or the partition more than the filesystem; null where it has not, and
        /// where the table is not as the charm writes it.
        /// </summary>
        public Growth? Room { get; init; }

        /// <summary>It is mounted, and the first copy of the table by which it could be mounted again is not whole.</summary>
        public bool IsTableCut { get; init; }

        /// <summary>It is mounted, and reaches beyond the end of its disk, which has shrunk.</summary>
        public bool IsCutShort { get; init; }

        /// <summary>The disk is another than the one the record was written on: a clone, or a restored snapshot.</summary>
        public bool IsClone => Record.DiskSerial != Pin.Serial;

        /// <summary>The place this volume is.</summary>
        public Place.OnVolume Place => new(Record.VolumeId, Filesystem, Record.Subdirectory);
    }

    /// <summary>Cassandra data and no record: exactly one recognised tree.</summary>
    /// <param name="Disk">The disk's kernel name.</param>
    /// <param name="Pin">The disk.</param>
    /// <param name="Filesystem">The filesystem.</param>
    /// <param name="Subdirectory">The tree below the filesystem's root; empty where it is the root itself.</param>
    public sealed record Unrecorded(string Disk, DiskPin Pin, Filesystem Filesystem, string Subdirectory) : VolumeSight;
}

/// <summary>Space on a filesystem.</summary>
public sealed record Space(long UsedBytes, long TotalBytes);
