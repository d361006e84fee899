using System.Text.Json.Serialization;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Journaling;

/// <summary>
/// What the charm remembers between hooks, in <c>/var/lib/cassandra-charm/journal.json</c>. Written durably before
/// the first effect of every undertaking, so that after a crash what is found on the disks can be told as ours.
/// </summary>
public sealed record Journal
{
    /// <summary>The format this binary writes; a greater one blocks.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Format of the file.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Whose journal it is; another unit's is never ours.</summary>
    public required UnitIdentity Owner { get; init; }

    /// <summary>The assignment last acted upon, as the map spells it; <c>none</c> for the root disk; empty before the first.</summary>
    public string LastEntry { get; init => field = value ?? ""; } = "";

    /// <summary>Cassandra was started at least once, or was about to be.</summary>
    public bool EverStarted { get; init; }

    /// <summary>The place that last served, or is about to; null before the first start.</summary>
    public Place? Served { get; init; }

    /// <summary>Whose data that is, as far as it has been seen.</summary>
    public NodeIdentity Node { get; init => field = value ?? new NodeIdentity(); } = new();

    /// <summary>One value for all copies that descend from this node's founding.</summary>
    public Guid? Lineage { get; init; }

    /// <summary>Generation of the copy that serves.</summary>
    public long Generation { get; init; }

    /// <summary>What was begun and is not finished; null at rest.</summary>
    public Undertaking? Undertaking { get; init; }

    /// <summary>Preparations that an edited map left half-made; continued when the volume is mapped again.</summary>
    public IReadOnlyList<Undertaking.Preparing> LeftHalfMade { get; init => field = value ?? []; } = [];

    /// <summary>Copies this unit ever began: an <c>incoming</c> tree with one of these ids is ours to continue or discard.</summary>
    public IReadOnlyList<Guid> CopyIds { get; init => field = value ?? []; } = [];

    /// <summary>Volumes on which this node was started and did not come up; not tried again until the entry changes.</summary>
    public IReadOnlyList<FailedTarget> Failed { get; init => field = value ?? []; } = [];

    /// <summary>A volume that another unit's record claims: what its heartbeat was and since when it has stood still.</summary>
    public HeartbeatWatch? Watch { get; init; }

    /// <summary>What served before <see cref="Served"/> took over; null where nothing did, or it was gone back to.</summary>
    public Switch? LastSwitch { get; init; }

    /// <summary>
    /// Names of the places whose data was copied on, verified, by moves that led to what serves now; an adoption begins
    /// anew, for it takes data that may be older.
    /// </summary>
    public IReadOnlyList<string> Ancestors { get => field ?? []; init; } = [];

    /// <summary>The volume that serves was ordered to be left; it stands until another place serves.</summary>
    public Release? Release { get; init; }

    /// <summary>Old data that is being deleted.</summary>
    public Purge? Purging { get; init; }

    /// <summary>
    /// The volume that serves is being grown. Not an <see cref="Journaling.Undertaking"/>: one that fails must keep the unit
    /// neither from serving nor from moving, releasing or leaving.
    /// </summary>
    public Growth? Growing { get; init; }
}

/// <summary>The last time another place began to serve.</summary>
/// <param name="From">The place that served before.</param>
/// <param name="Node">Whose data is there.</param>
/// <param name="Lineage">Its lineage.</param>
/// <param name="Generation">Its generation.</param>
public sealed record Switch(Place From, NodeIdentity Node, Guid? Lineage, long Generation)
{
    /// <summary>The node has answered from the new place: there may be writes that are nowhere else.</summary>
    public bool IsConfirmed { get; init; }
}

/// <summary>A deliberate release of the volume that served.</summary>
/// <param name="Entry">The map's entry then: as long as it means this volume, Cassandra stays down.</param>
/// <param name="At">When it was begun.</param>
public sealed record Release(string Entry, DateTimeOffset At)
{
    /// <summary>The volume was unmounted and its record says <c>released</c>.</summary>
    public bool IsMarked { get; init; }
}

/// <summary>A deletion of old data, recorded before its first effect.</summary>
/// <param name="Old">Where it is.</param>
/// <param name="Mark">Stands as copy id in the record of a volume while its old tree is being deleted: no other record has it.</param>
public sealed record Purge(Place Old, Guid Mark);

/// <summary>A switch that was taken back.</summary>
public sealed record FailedTarget(string Volume, string Reason, DateTimeOffset At)
{
    /// <summary>By an operator's order, not because it failed.</summary>
    public bool ByOrder { get; init; }
}

/// <summary>A foreign heartbeat under watch.</summary>
/// <param name="Volume">The volume.</param>
/// <param name="Heartbeat">Its last value.</param>
/// <param name="StillSinceBootSeconds">When it was first seen with that value, on the machine's monotonic clock: the wall clock may be set.</param>
/// <param name="BootId">The boot that clock belongs to.</param>
public sealed record HeartbeatWatch(
    string Volume, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Heartbeat, double StillSinceBootSeconds, string BootId);
