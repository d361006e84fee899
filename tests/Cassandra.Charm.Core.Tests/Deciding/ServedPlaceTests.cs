using Cassandra.Charm.Core.Deciding;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Tests.Deciding;

/// <summary>A unit that served from vol-1: what is in that place now, against whether its node is up.</summary>
public sealed class ServedPlaceTests
{
    private static readonly VolumeRecord Own = Some.Record(RecordState.Serving, Some.Self) with { Lineage = Some.Lineage, Generation = 1 };

    private static readonly Dictionary<string, VolumeSight> Sights = new()
    {
        ["itself"] = Some.Recorded(Own) with { IsMounted = true },
        ["nothing"] = new VolumeSight.NotAttached(),
        ["a clone"] = Some.Recorded(Own with { DiskSerial = "vol-original" }) with { IsMounted = true },
        ["another's data"] = Some.Recorded(Own with { Lineage = Guid.Empty, Owner = Some.Other }) with { IsMounted = true },
        ["data of its own that it left"] = Some.Recorded(Own with { Lineage = new Guid(5, 5, 5, new byte[8]) }) with { IsMounted = true },
        ["taken by another"] = Some.Recorded(Own with { Owner = Some.Other }),
        ["an older copy"] = Some.Recorded(Own with { Generation = 0 }) with { IsMounted = true },
        ["itself, superseded"] = Some.Recorded(Own with { State = RecordState.Superseded }),
        ["itself, emptied"] = Some.Recorded(Own, hasTree: false) with { IsMounted = true },
        ["a blank disk"] = new VolumeSight.Blank("vdb", Some.Pin),
        ["an empty filesystem"] = new VolumeSight.EmptyFilesystem("vdb", Some.Pin, Some.Xfs),
        ["something foreign"] = new VolumeSight.Foreign("vdb", "an LVM physical volume"),
    };

    public static TheoryData<string> Others => [.. Sights.Keys.Where(name => name != "itself")];

    [Fact]
    public void Itself_is_started_and_rested_upon()
    {
        Assert.IsType<Decision.Start>(Decide.On(Served("itself", NodeState.Stopped)));
        Assert.Equal(UnitState.Active, Assert.IsType<Decision.Rest>(Decide.On(Served("itself", NodeState.Serving))).Status.State);
    }

    [Fact]
    public void A_node_whose_start_is_open_is_confirmed_before_it_is_rested_upon()
    {
        var o = Served("itself", NodeState.Serving);

        Assert.IsType<Decision.AwaitNode>(Decide.On(o with { Node = o.Node with { StartIsOpen = true } }));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Anything_else_is_not_started_from(string sight)
    {
        var rest = Assert.IsType<Decision.Rest>(Decide.On(Served(sight, NodeState.Stopped)));

        Assert.Equal(UnitState.Blocked, rest.Status.State);
        Assert.StartsWith("vol-1 is missing; Cassandra is down; ", rest.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a clone"), InlineData("itself, superseded")]
    public void An_order_to_adopt_takes_what_is_in_its_place(string sight) =>
        Assert.IsType<Decision.Adopt>(Decide.On(
            Served(sight, NodeState.Stopped) with { Orders = new Orders { Adopt = new Order("vol-1", "restored", DateTimeOffset.UnixEpoch) } }));

    [Fact]
    public void A_clone_mapped_under_its_own_name_is_a_volume_of_its_own()
    {
        var o = Served("a clone", NodeState.Stopped) with { Assignment = Some.Volume("vol-2") };

        Assert.StartsWith("vol-2: refused, its record was written on the disk with serial \"vol-original\"",
            Assert.IsType<Decision.Rest>(Decide.On(o)).Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Anything_else_gets_no_mark_when_the_unit_goes(string sight)
    {
        foreach (var occasion in new[] { Occasion.Stop, Occasion.Remove })
            if (Decide.On(Served(sight, NodeState.Serving) with { Occasion = occasion }) is Decision.Leave leave)
                Assert.Null(leave.Record);
    }

    [Fact]
    public void Itself_is_marked_when_the_unit_goes() =>
        Assert.Equal(Own, Assert.IsType<Decision.Leave>(
            Decide.On(Served("itself", NodeState.Stopped) with { Occasion = Occasion.Stop })).Record);

    private static Observation Served(string sight, NodeState node)
    {
        var o = Some.Unit(node == NodeState.Serving ? LocalData.Real : LocalData.ElsewhereOrUnknown, Sights[sight]);
        return o with
        {
            Served = o.Assigned,
            Node = o.Node with { State = node, Processes = node == NodeState.Serving ? [42] : [] },
            Journal = o.Journal with { Served = new Place.OnVolume("vol-1", Some.Xfs) },
        };
    }
}
