using System.Text.Json.Serialization;

namespace Cassandra.Charm.Core.Places;

/// <summary>Who may serve from the data beside the record (design section 2, record states).</summary>
public enum RecordState
{
    /// <summary>The filesystem is new; it holds no data.</summary>
    [JsonStringEnumMemberName("initialising")]
    Initialising,

    /// <summary>A copy is under way and not verified: never adoptable.</summary>
    [JsonStringEnumMemberName("incoming")]
    Incoming,

    /// <summary>The copy is verified; the unit has not switched to it.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>The named unit serves from it.</summary>
    [JsonStringEnumMemberName("serving")]
    Serving,

    /// <summary>The data was copied on to another place and serves there.</summary>
    [JsonStringEnumMemberName("superseded")]
    Superseded,

    /// <summary>Cleanly left: stopped, unmounted; free to be adopted.</summary>
    [JsonStringEnumMemberName("released")]
    Released,

    /// <summary>The unit switched here and back again before anything was written.</summary>
    [JsonStringEnumMemberName("abandoned")]
    Abandoned,
}

/// <summary>The identity of the node whose data it is; null or empty where not known yet.</summary>
public sealed record NodeIdentity
{
    /// <summary><c>system.local</c>'s host id.</summary>
    public Guid? HostId { get; init; }

    /// <summary>Cluster name stored in the data.</summary>
    public string ClusterName { get; init => field = value ?? ""; } = "";

    /// <summary>Datacenter stored in the data.</summary>
    public string Datacenter { get; init => field = value ?? ""; } = "";

    /// <summary>Rack stored in the data.</summary>
    public string Rack { get; init => field = value ?? ""; } = "";

    /// <summary>Partitioner class name.</summary>
    public string Partitioner { get; init => field = value ?? ""; } = "";

    /// <summary>The node's tokens.</summary>
    public IReadOnlyList<string> Tokens { get; init => field = value ?? []; } = [];

    /// <summary>Version of Cassandra that last served from it, e.g. <c>4.1.7</c>.</summary>
    public string CassandraVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The node was decommissioned: its data will not rejoin a ring.</summary>
    public bool IsDecommissioned { get; init; }
}

/// <summary>A unit on a machine: who serves.</summary>
public sealed record UnitIdentity(string ModelUuid, string Unit, string MachineId)
{
    /// <summary>The application the unit belongs to.</summary>
    [JsonIgnore]
    public string Application => Unit.Split('/')[0];
}

/// <summary>Owner ids of the data by name, so that another machine can map them to its own.</summary>
public sealed record OwnerIds(uint User, uint Group);

/// <summary>
/// The volume's own account of what it holds: <c>.cassandra-charm.json</c> at its root. Written durably before and
/// after each step that changes who may serve from it.
/// </summary>
public sealed record VolumeRecord
{
    /// <summary>Name of the file at the root of the volume.</summary>
    public const string FileName = ".cassandra-charm.json";

    /// <summary>The format this binary writes; a greater one is not touched.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Format of the record.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The id the volume was first given; names its mount point for ever.</summary>
    public required string VolumeId { get; init; }

    /// <summary>Serial of the disk it was written on; another disk's serial means a clone.</summary>
    public required string DiskSerial { get; init; }

    /// <summary>State.</summary>
    public required RecordState State { get; init; }

    /// <summary>One value for all copies that descend from one founding.</summary>
    public required Guid Lineage { get; init; }

    /// <summary>Grows by one with every move: of two copies the greater is the newer.</summary>
    public required long Generation { get; init; }

    /// <summary>The move that filled this volume; null where none did.</summary>
    public Guid? CopyId { get; init; }

    /// <summary>The unit that last wrote the record.</summary>
    public required UnitIdentity Owner { get; init; }

    /// <summary>Whose data it is.</summary>
    public NodeIdentity Node { get; init => field = value ?? new NodeIdentity(); } = new();

    /// <summary>Owner ids of the data on the machine that wrote the record.</summary>
    public OwnerIds? Owners { get; init; }

    /// <summary>Where the tree is below the mount point.</summary>
    public string Subdirectory { get; init => field = value ?? "cassandra"; } = "cassandra";

    /// <summary>The place that took over, for <see cref="RecordState.Superseded"/>.</summary>
    public string SupersededBy { get; init => field = value ?? ""; } = "";

    /// <summary>When the state was entered.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Written every 30 s while the node serves.</summary>
    public DateTimeOffset? Heartbeat { get; init; }
}
