using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Deciding;

/// <summary>Observations to start from.</summary>
internal static class Some
{
    public static readonly UnitIdentity Self = new("model", "cassandra/0", "0");
    public static readonly UnitIdentity Other = new("model", "cassandra/7", "7");
    public static readonly Guid Lineage = new(1, 1, 1, new byte[8]);
    public static readonly Guid HostId = new(2, 2, 2, new byte[8]);
    public static readonly DiskPin Pin = new(253, 16, 5, 10L << 30, "vol-1");
    public static readonly Filesystem Xfs = new("xfs", new Guid(3, 3, 3, new byte[8]), new Guid(4, 4, 4, new byte[8]));

    public static Assignment.Volume Volume(string id)
    {
        Assert.True(VolumeId.TryParse(id, out var parsed));
        return new Assignment.Volume(parsed);
    }

    public static VolumeRecord Record(RecordState state, UnitIdentity? owner = null) => new()
    {
        VolumeId = "vol-1",
        DiskSerial = "vol-1",
        State = state,
        Lineage = new Guid(9, 9, 9, new byte[8]),
        Generation = 3,
        Owner = owner ?? Other,
        Since = DateTimeOffset.UnixEpoch,
        Node = new NodeIdentity { HostId = new Guid(8, 8, 8, new byte[8]), ClusterName = "ring", CassandraVersion = "4.1.7" },
    };

    public static VolumeSight.Recorded Recorded(VolumeRecord record, bool hasTree = true) =>
        new("vdb", Pin, Xfs, record, hasTree, HasIncoming: false);

    /// <summary>A unit mapped to vol-1 with this local data; it serves from the root disk where it serves.</summary>
    public static Observation Unit(LocalData local, VolumeSight sight) => new()
    {
        Self = Self,
        Settings = new Settings(),
        Assignment = Volume("vol-1"),
        IsInstalled = true,
        Assigned = sight,
        Served = local == LocalData.ElsewhereOrUnknown ? new VolumeSight.NotAttached() : null,
        BootId = "boot",
        Uptime = 1000,
        Node = new NodeSight
        {
            Data = local,
            Version = "4.1.7",
            State = local is LocalData.Fresh or LocalData.Real ? NodeState.Serving : NodeState.Stopped,
        },
        Journal = new Journal
        {
            Owner = Self,
            Lineage = Lineage,
            Generation = 1,
            EverStarted = local != LocalData.NeverServed,
            Node = new NodeIdentity { HostId = local == LocalData.NeverServed ? null : HostId },
            Served = local switch
            {
                LocalData.NeverServed => null,
                LocalData.Fresh or LocalData.Real => new Place.RootDisk(),
                LocalData.ElsewhereOrUnknown => new Place.OnVolume("vol-gone", Xfs with { Uuid = Guid.Empty }),
            },
        },
    };
}
