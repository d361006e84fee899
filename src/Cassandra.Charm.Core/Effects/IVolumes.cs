using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Effects;

/// <summary>
/// Block devices, filesystems, mounts. Every method is idempotent, verifies against the kernel what it did, and throws
/// <see cref="EffectFailedException"/> where the world says no.
/// </summary>
public interface IVolumes
{
    /// <summary>Finds a volume and judges its content. Writes nothing, replays nothing.</summary>
    Task<VolumeSight> LookAsync(VolumeId id, LookRequest request, CancellationToken cancel);

    /// <summary>Writes the planned table, after proving again that the disk is the pinned one and blank (or holds this very plan, half-made).</summary>
    Task PartitionAsync(Undertaking.Preparing plan, CancellationToken cancel);

    /// <summary>Makes the planned filesystem in the planned partition, which carries the init label.</summary>
    Task MakeFilesystemAsync(Undertaking.Preparing plan, CancellationToken cancel);

    /// <summary>Gives the partition its final label, once the first record is durable.</summary>
    Task NamePartitionAsync(Undertaking.Preparing plan, CancellationToken cancel);

    /// <summary>
    /// Writes the disk's table once more, for its present size, after proving that the one there is the plan's, whole or cut,
    /// and makes the kernel see the larger partition.
    /// </summary>
    Task GrowPartitionAsync(Growth plan, CancellationToken cancel);

    /// <summary>Grows the mounted filesystem to the end of its partition.</summary>
    Task GrowFilesystemAsync(Place.OnVolume place, Growth plan, CancellationToken cancel);

    /// <summary>Makes the immutable mount point and the <c>.mount</c> unit, mounts, and proves that this filesystem is what is mounted.</summary>
    Task MountAsync(Place.OnVolume place, string options, CancellationToken cancel);

    /// <summary>Unmounts cleanly; never lazily, never by force.</summary>
    /// <exception cref="EffectFailedException">It is busy; who holds it is named.</exception>
    Task UnmountAsync(Place.OnVolume place, CancellationToken cancel);

    /// <summary>Removes the <c>.mount</c> unit and the mount point of a volume that is not mounted.</summary>
    Task ForgetMountAsync(Place.OnVolume place, CancellationToken cancel);

    /// <summary>Removes every <c>.mount</c> unit and mount point of ours that is not mounted.</summary>
    Task ForgetAllMountsAsync(CancellationToken cancel);

    /// <summary>Replaces the record durably on the mounted volume.</summary>
    Task WriteRecordAsync(Place.OnVolume place, VolumeRecord record, CancellationToken cancel);

    /// <summary>Reads the record of a mounted volume; null where it has none.</summary>
    Task<VolumeRecord?> ReadRecordAsync(Place.OnVolume place, CancellationToken cancel);

    /// <summary>Makes <c>cassandra.incoming</c> the tree: <c>syncfs</c>, rename, fsync. Done already is success.</summary>
    Task PublishIncomingAsync(Place.OnVolume place, CancellationToken cancel);

    /// <summary>Takes a published tree that never served back to <c>cassandra.incoming</c>, to be made equal to its source again.</summary>
    Task ReopenIncomingAsync(Place.OnVolume place, CancellationToken cancel);

    /// <summary>
    /// Unmounts cleanly, then marks the volume with this record through a private mount: a busy unmount is thereby never
    /// marked. Done already is success.
    /// </summary>
    Task ReleaseAsync(Place.OnVolume place, VolumeRecord record, CancellationToken cancel);

    /// <summary>Deletes <c>cassandra.incoming</c>, nothing else.</summary>
    Task DiscardIncomingAsync(Place.OnVolume place, CancellationToken cancel);
}

/// <summary>What is known before looking.</summary>
public sealed record LookRequest
{
    /// <summary>Our unfinished preparation, whose half-made disk is recognised by it.</summary>
    public Undertaking.Preparing? Intent { get; init; }

    /// <summary>The growth in the journal, whose table is recognised by it where it was cut.</summary>
    public Growth? Growing { get; init; }

    /// <summary>The disk that the map's other entries name: never a candidate for <see cref="DevRegexp"/>.</summary>
    public IReadOnlyList<VolumeId> ClaimedByOthers { get; init; } = [];

    /// <summary><c>volume-dev-regexp</c>.</summary>
    public string DevRegexp { get; init; } = "";

    /// <summary><c>volume-blank-check</c>.</summary>
    public BlankCheckMode BlankCheck { get; init; }

    /// <summary>The longest that reading for blankness may take here; beyond it the answer is <see cref="VolumeSight.Unchecked"/>.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>What the charm's own service found by reading longer, and how far it is; null where it did not look.</summary>
    public BlankFinding? Finding { get; init; }
}

/// <summary>Outcome of reading a disk for blankness outside a hook.</summary>
/// <param name="Pin">The disk as it was then.</param>
/// <param name="Mode">How thoroughly.</param>
/// <param name="Fraction">How far, 0 to 1; 1 with neither of the others set = blank.</param>
/// <param name="NonZeroAt">Offset of the first byte found that is not zero.</param>
/// <param name="UnreadableAt">Offset of the first read error.</param>
public sealed record BlankFinding(DiskPin Pin, BlankCheckMode Mode, double Fraction, long? NonZeroAt, long? UnreadableAt);
