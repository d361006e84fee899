using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Hostile.Inputs;

namespace Cassandra.Hostile.Targets;

/// <summary>What the charm itself writes.</summary>
internal static class Samples
{
    public static readonly UnitIdentity Self = new("7a1e9f3c-1d0e-4f51-8a44-0c4f3f0f8d11", "cassandra/0", "0");

    public static VolumeRecord Record(Random chance) => new()
    {
        VolumeId = "vol-00000081",
        DiskSerial = Words.OneOf(chance, "", "vol-00000081", "QM 1"),
        State = Words.OneOf(chance, Enum.GetValues<RecordState>()),
        Lineage = Words.GuidOf(chance),
        Generation = chance.Next(10),
        CopyId = chance.Next(2) == 0 ? Words.GuidOf(chance) : null,
        Owner = Self,
        Node = Node(chance),
        Owners = chance.Next(2) == 0 ? new OwnerIds(111, 115) : null,
        Subdirectory = Words.OneOf(chance, "cassandra", ""),
        SupersededBy = Words.OneOf(chance, "", "vol-2"),
        Since = Time(chance),
        Heartbeat = chance.Next(2) == 0 ? Time(chance) : null,
    };

    public static Journal Journal(Random chance) => new()
    {
        Owner = Self,
        LastEntry = Words.OneOf(chance, "", "none", "vol-00000081"),
        EverStarted = chance.Next(2) == 0,
        Served = chance.Next(3) == 0 ? null : PlaceOf(chance),
        Node = Node(chance),
        Lineage = Words.GuidOf(chance),
        Generation = chance.Next(5),
        Undertaking = chance.Next(4) switch { 0 => null, 1 => Preparing(chance), 2 => Moving(chance), _ => Adopting(chance) },
        Growing = chance.Next(2) == 0 ? null : new Growth("vol-00000081", Pin, Preparing(chance).Layout, 1L << 29),
        LeftHalfMade = chance.Next(2) == 0 ? [] : [Preparing(chance)],
        CopyIds = chance.Next(2) == 0 ? [] : [Words.GuidOf(chance), Words.GuidOf(chance)],
        Failed = chance.Next(2) == 0 ? [] : [new FailedTarget("vol-2", "it died", Time(chance))],
        Watch = chance.Next(2) == 0 ? null : new HeartbeatWatch("vol-2", Time(chance), 12.5, "boot"),
    };

    public static DiskPin Pin { get; } = new(253, 16, 7, 1L << 30, "vol-00000081");

    public static DateTimeOffset Time(Random chance) => DateTimeOffset.UnixEpoch.AddSeconds(chance.Next());

    private static NodeIdentity Node(Random chance) => new()
    {
        HostId = Words.GuidOf(chance),
        ClusterName = "ring",
        Datacenter = "dc1",
        Rack = "rack1",
        Partitioner = "org.apache.cassandra.dht.Murmur3Partitioner",
        Tokens = chance.Next(2) == 0 ? [] : ["-9223372036854775808", "17"],
        CassandraVersion = "5.0.2",
    };

    private static Place PlaceOf(Random chance) => chance.Next(2) == 0 ? new Place.RootDisk() : Volume(chance);

    private static Place.OnVolume Volume(Random chance) => new("vol-00000081", FilesystemOf(chance)) { Entry = "vol-00000081" };

    private static Filesystem FilesystemOf(Random chance) =>
        new(Words.OneOf(chance, "xfs", "ext4"), Words.GuidOf(chance), chance.Next(2) == 0 ? Words.GuidOf(chance) : null);

    private static Undertaking.Preparing Preparing(Random chance) =>
        new("vol-00000081", Pin, new Layout(Words.GuidOf(chance), FilesystemOf(chance), "vol-00000081"))
        {
            Entry = "vol-00000081",
            Since = Time(chance),
        };

    private static Undertaking.Moving Moving(Random chance) =>
        new(Words.GuidOf(chance), PlaceOf(chance), Volume(chance), 2, Words.OneOf(chance, Enum.GetValues<MovePhase>()))
        {
            Entry = "vol-00000081",
            Since = Time(chance),
            BootId = "boot",
        };

    private static Undertaking.Adopting Adopting(Random chance) =>
        new(Volume(chance), Record(chance), Words.OneOf(chance, Enum.GetValues<AdoptPhase>()))
        {
            Entry = "vol-00000081",
            Since = Time(chance),
            Previous = chance.Next(2) == 0 ? null : PlaceOf(chance),
        };
}
