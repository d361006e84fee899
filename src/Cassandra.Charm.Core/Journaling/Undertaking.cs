using System.Text.Json.Serialization;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Journaling;

/// <summary>Work that was begun: recorded before its first effect with every identifier it will use.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "work")]
[JsonDerivedType(typeof(Preparing), "preparing")]
[JsonDerivedType(typeof(Moving), "moving")]
[JsonDerivedType(typeof(Adopting), "adopting")]
[JsonDerivedType(typeof(GoingBack), "going-back")]
public abstract record Undertaking
{
    private Undertaking() { }

    /// <summary>One answer per kind of work; a missing argument does not compile.</summary>
    public T Match<T>(
        Func<Preparing, T> preparing, Func<Moving, T> moving, Func<Adopting, T> adopting, Func<GoingBack, T> goingBack) =>
        this switch
        {
            Preparing x => preparing(x),
            Moving x => moving(x),
            Adopting x => adopting(x),
            GoingBack x => goingBack(x),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>The map entry it serves; when the entry changes before the commit point, it is cancelled.</summary>
    public required string Entry { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Partition, filesystem, mount, first record: on a disk proven blank when this was written.</summary>
    /// <param name="Volume">The id that will stand in the record.</param>
    /// <param name="Disk">The disk, to be recognised before each write.</param>
    /// <param name="Layout">The identifiers chosen for it.</param>
    public sealed record Preparing(string Volume, DiskPin Disk, Layout Layout) : Undertaking;

    /// <summary>The commit order of a move; see <see cref="MovePhase"/>.</summary>
    public sealed record Moving(Guid CopyId, Place Source, Place.OnVolume Target, long Generation, MovePhase Phase)
        : Undertaking
    {
        /// <summary>The boot in which the node was stopped for the last pass: after another boot it runs again.</summary>
        public string BootId { get; init => field = value ?? ""; } = "";
    }

    /// <summary>Switching to data that is already on a volume.</summary>
    /// <param name="Target">The volume and the tree on it.</param>
    /// <param name="Record">The record the volume will carry once it serves.</param>
    /// <param name="Phase">How far.</param>
    public sealed record Adopting(Place.OnVolume Target, VolumeRecord Record, AdoptPhase Phase) : Undertaking
    {
        /// <summary>The place that served before and is superseded by this adoption; null where none did.</summary>
        public Place? Previous { get; init; }

        /// <summary>The record as it was found, which is written again if the adoption is taken back; null where there was none.</summary>
        public VolumeRecord? Found { get; init; }
    }

    /// <summary>The way back from a place that took over and never opened a port, to the one that served before.</summary>
    /// <param name="Target">The volume that is left.</param>
    /// <param name="Switch">The switch that is taken back.</param>
    /// <param name="Generation">The generation the old place gets: newer than every copy of it.</param>
    /// <param name="Failure">Why; empty where an operator ordered it.</param>
    public sealed record GoingBack(Place.OnVolume Target, Switch Switch, long Generation, string Failure) : Undertaking;
}

/// <summary>
/// How far a move has come. Each phase is durable before the next begins (design section 5, commit order); a phase
/// names what has been <em>begun</em>, so that a resume repeats it.
/// </summary>
public enum MovePhase
{
    /// <summary>Passes into the target while the node serves; every one of them can be thrown away.</summary>
    [JsonStringEnumMemberName("following")]
    Following,

    /// <summary>Hold mark, drain, stop, proof by processes; then last pass and verification.</summary>
    [JsonStringEnumMemberName("copying")]
    Copying,

    /// <summary>The copy is verified on the target: rename into place, target <c>ready</c>.</summary>
    [JsonStringEnumMemberName("publishing")]
    Publishing,

    /// <summary>cassandra.yaml is renamed: the commit point.</summary>
    [JsonStringEnumMemberName("switching")]
    Switching,

    /// <summary>The node may have been started on the target: the source is superseded, the target serves.</summary>
    [JsonStringEnumMemberName("starting")]
    Starting,
}

/// <summary>How far an adoption has come.</summary>
public enum AdoptPhase
{
    /// <summary>Stop what runs, mount the volume, give the tree to this machine's user.</summary>
    [JsonStringEnumMemberName("taking")]
    Taking,

    /// <summary>Configuration points to it, record says so; the node may have been started.</summary>
    [JsonStringEnumMemberName("starting")]
    Starting,
}
