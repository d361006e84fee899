using Cassandra.Charm.Core.Deciding;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Deciding;

/// <summary>
/// What becomes of release-volume, rollback-volume and purge-old-data: each row is one thing that differs from a world in
/// which the order is allowed, and the words that the operator gets.
/// </summary>
public sealed class OrderTests
{
    private static readonly Filesystem OtherXfs = new("xfs", new Guid(5, 5, 5, new byte[8]), null);
    private static readonly Place.OnVolume Serving = new("vol-1", Some.Xfs);
    private static readonly Place.OnVolume Before = new("vol-old", OtherXfs);

    private static readonly VolumeSight.Recorded Itself =
        Some.Recorded(Some.Record(RecordState.Serving, Some.Self) with { Lineage = Some.Lineage, Generation = 4 }) with { IsMounted = true };

    private static readonly VolumeSight.Recorded OldOne = new("vdc", Some.Pin with { Serial = "vol-old" }, OtherXfs,
        Some.Record(RecordState.Superseded, Some.Self) with
        {
            VolumeId = "vol-old",
            DiskSerial = "vol-old",
            Lineage = Some.Lineage,
            Generation = 3,
            SupersededBy = "vol-1",
            Node = new NodeIdentity { HostId = Some.HostId },
        }, HasTree: true, HasIncoming: false);

    private static readonly Undertaking.Moving Move = new(Guid.Empty, Serving, Before, 5, MovePhase.Copying)
    { Entry = "vol-old", Since = DateTimeOffset.UnixEpoch };

    private static readonly Dictionary<string, (Func<Observation, Observation> Change, string Says)> Release = new()
    {
        ["serving"] = (o => o, "allowed: Cassandra is drained and stopped and stays down; vol-1 is unmounted"),
        ["node down"] = (Down, "allowed: "),
        ["bad map"] = (o => o with { Assignment = new Assignment.Invalid("line 1: no") }, "allowed: "),
        ["released"] = (o => With(o, j => j with { Release = new Release("vol-1", default) }), "done: the release of vol-1 was ordered already"),
        ["on hold"] = (OnHold, "refused: the charm is on hold (repairing) and changes nothing; run the action resume first"),
        ["moving"] = (o => With(o, j => j with { Undertaking = Move }), "refused: a move from vol-1 to vol-old is under way; wait until"),
        ["preparing"] = (o => With(o, j => j with { Undertaking = Preparing }), "refused: vol-2 is being prepared; "),
        ["root disk"] = (o => With(o, j => j with { Served = new Place.RootDisk() }), "refused: cassandra/0 serves from its root disk; there is no volume to release"),
        ["never served"] = (o => With(o, j => j with { Served = null }), "refused: cassandra/0 has not served from any volume yet"),
        ["not attached"] = (o => o with { Served = new VolumeSight.NotAttached() }, "refused: vol-1 is not attached"),
        ["another's"] = (o => o with { Served = Itself with { Record = Itself.Record with { Owner = Some.Other } } }, "refused: vol-1: its record says serving by cassandra/7; nothing is done to it"),
        ["read-only"] = (o => o with { Served = new VolumeSight.Unusable("vdb", "vdb is read-only", "") }, "refused: vol-1: vdb is read-only; clear that up first"),
    };

    private static readonly Dictionary<string, (Func<Observation, Observation> Change, string Says)> Rollback = new()
    {
        ["unwritten"] = (o => o, "allowed: the next hook serves from vol-old again; vol-1 is marked abandoned"),
        ["released by an adoption"] = (o => Old(o, r => r with { State = RecordState.Released }), "allowed: "),
        ["to the root disk"] = (o => ToRoot(o, new TreeSealSight("vol-1")), "allowed: the next hook serves from the root disk again"),
        ["target gone"] = (o => o with { Served = new VolumeSight.NotAttached() }, "allowed: "),
        ["has served"] = (o => With(o, j => j with { LastSwitch = j.LastSwitch! with { IsConfirmed = true } }),
            "refused: Cassandra has served from vol-1 since the switch: what was written there would be lost; to have the data of vol-old's node back on it, run the action purge-old-data volume=vol-old, then map it"),
        ["has served, from root"] = (o => With(o, j => j with { LastSwitch = j.LastSwitch! with { IsConfirmed = true, From = new Place.RootDisk() } }),
            "refused: Cassandra has served from vol-1 since the switch: what was written there would be lost; no data is ever moved back to the root disk; map a blank volume"),
        ["no proof"] = (o => o with { Node = o.Node with { IsUnwritten = false } }, "refused: nothing proves that Cassandra did not serve from vol-1 since the switch"),
        ["starting"] = (o => o with { Node = o.Node with { State = NodeState.Unresponsive, Processes = [42] } }, "refused: Cassandra is running on vol-1 and may open its ports"),
        ["nothing before"] = (o => With(o, j => j with { LastSwitch = null }), "refused: nothing served before vol-1 did"),
        ["old gone"] = (o => o with { Previous = new VolumeSight.NotAttached() }, "refused: vol-old is not attached; attach it first"),
        ["old a clone"] = (o => o with { Previous = OldOne with { Pin = Some.Pin } }, "refused: vol-old is not as the switch left it"),
        ["old emptied"] = (o => o with { Previous = OldOne with { HasTree = false } }, "refused: vol-old is not as the switch left it"),
        ["old another's"] = (o => Old(o, r => r with { Owner = Some.Other, State = RecordState.Serving }), "refused: vol-old is not as the switch left it: its record says serving by cassandra/7"),
        ["old superseded by another"] = (o => Old(o, r => r with { SupersededBy = "vol-9" }), "refused: vol-old is not as the switch left it"),
        ["old of another lineage"] = (o => Old(o, r => r with { Lineage = Guid.Empty }), "refused: vol-old is not as the switch left it"),
        ["old of another generation"] = (o => Old(o, r => r with { Generation = 2 }), "refused: vol-old is not as the switch left it"),
        ["old another filesystem"] = (o => o with { Previous = OldOne with { Filesystem = OtherXfs with { Uuid = Guid.Empty } } }, "refused: vol-old is not as the switch left it"),
        ["root purged"] = (o => ToRoot(o, new TreeSealSight("vol-1", IsPurged: true)), "refused: the data on the root disk was purged"),
        ["root half purged"] = (o => ToRoot(o, new TreeSealSight("vol-1", IsBeingPurged: true)), "refused: the data on the root disk was purged"),
        ["root unsealed"] = (o => ToRoot(o, null), "refused: the data on the root disk carries no seal of that switch"),
        ["root of another switch"] = (o => ToRoot(o, new TreeSealSight("vol-9")), "refused: the data on the root disk was superseded by vol-9, not by vol-1"),
        ["before the commit point"] = (o => With(o, j => j with { Undertaking = Move }), "refused: the move to vol-old has not switched yet, vol-1 is still the truth; change volume-map"),
        ["released"] = (o => With(
            o with { Served = Itself with { IsMounted = false, Record = Itself.Record with { State = RecordState.Released } } },
            j => j with { Release = new Release("vol-1", default) { IsMarked = true } }), "refused: vol-1 is released; "),
        ["on hold"] = (OnHold, "refused: the charm is on hold"),
        ["bad map"] = (o => o with { Assignment = new Assignment.Invalid("line 1: no") }, "refused: volume-map: line 1: no; correct it first"),
    };

    private static readonly Dictionary<string, (Func<Observation, Observation> Change, string Says)> Purge = new()
    {
        ["superseded"] = (Up, "allowed: the old data on vol-old is deleted, and the volume is then an empty filesystem that may be mapped again"),
        ["superseded by another unit"] = (o => Old(Up(o), r => r with { Owner = Some.Other }), "allowed: "),
        ["copied on twice"] = (o => With(Old(Up(o), r => r with { SupersededBy = "vol-9", Generation = 1 }), j => j with { Ancestors = ["vol-old", "vol-9"] }), "allowed: "),
        ["the root disk"] = (o => Root(o, new TreeSealSight("vol-1"), "the root disk"), "allowed: the old data in /var/lib/cassandra is deleted"),
        ["node down"] = (o => o, "refused: Cassandra does not serve from vol-1; only while the newer data serves is the old deleted; nothing is deleted"),
        ["node not confirmed"] = (o => Up(o) with { Node = Up(o).Node with { StartIsOpen = true } }, "refused: Cassandra does not serve from vol-1"),
        ["serving place in doubt"] = (o => Up(o) with { Served = new VolumeSight.Several("vdb and vdd hold the same filesystem") }, "refused: Cassandra does not serve from vol-1"),
        ["node unknown"] = (o => With(Up(o), j => j with { Node = new NodeIdentity() }), "refused: the node has not said yet who it is"),
        ["moving"] = (o => With(Up(o), j => j with { Undertaking = Move }), "refused: another work on the volumes is under way"),
        ["purging"] = (o => With(Up(o), j => j with { Purging = new Purge(new Place.RootDisk(), default) }), "refused: the old data on the root disk is still being deleted"),
        ["serving from the root disk"] = (o => With(Up(o), j => j with { Served = new Place.RootDisk() }), "refused: cassandra/0 does not serve from a volume"),
        ["what serves"] = (o => Subject(Up(o), "vol-1") with { Old = Itself }, "refused: vol-1 is what cassandra/0 serves from; nothing is deleted"),
        ["not attached"] = (o => Up(o) with { Old = new VolumeSight.NotAttached() }, "refused: vol-old is not attached; nothing is deleted"),
        ["a clone"] = (o => Up(o) with { Old = OldOne with { Pin = Some.Pin } }, "refused: vol-old: it is a clone, written on disk \"vol-old\" and now on disk \"vol-1\""),
        ["at the top"] = (o => Old(Up(o), r => r with { Subdirectory = "" }), "refused: vol-old: its data lies at the volume's top"),
        ["beside a copy"] = (o => Up(o) with { Old = OldOne with { HasIncoming = true } }, "refused: vol-old: it holds cassandra.incoming beside its data"),
        ["another node"] = (o => Old(Up(o), r => r with { Node = new NodeIdentity { HostId = Guid.Empty } }), "refused: vol-old: it holds the data of node 00000000-0000-0000-0000-000000000000, cassandra/0 serves node "),
        ["unknown node"] = (o => Old(Up(o), r => r with { Node = new NodeIdentity() }), "refused: vol-old: it holds the data of node unknown"),
        ["another lineage"] = (o => Old(Up(o), r => r with { Lineage = Guid.Empty }), "refused: vol-old: it holds the data of node "),
        ["as new"] = (o => Old(Up(o), r => r with { Generation = 4 }), "refused: vol-old: its generation 4 is not older than the 4 that serves"),
        ["superseded by what does not serve"] = (o => Old(Up(o), r => r with { SupersededBy = "vol-9" }), "refused: vol-old: its data was copied on to vol-9, and nothing proves that all of it came to vol-1"),
        ["foreign"] = (o => Up(o) with { Old = new VolumeSight.Foreign("vdc", "an LVM physical volume") }, "refused: vol-old holds an LVM physical volume"),
        ["unrecorded"] = (o => Up(o) with { Old = new VolumeSight.Unrecorded("vdc", Some.Pin, OtherXfs, "cassandra") }, "refused: vol-old holds Cassandra data that carries no record"),
        ["blank"] = (o => Up(o) with { Old = new VolumeSight.Blank("vdc", Some.Pin) }, "refused: vol-old holds no data"),
        ["root disk left by an adoption"] = (o => Root(o, new TreeSealSight("vol-1")), "refused: /var/lib/cassandra was left for vol-1 and not copied to it: it may be the only copy"),
        ["root disk unsealed"] = (o => Root(o, null, "the root disk"), "refused: /var/lib/cassandra carries no seal of the charm"),
        ["root disk purged"] = (o => Root(o, new TreeSealSight("vol-1", IsPurged: true), "the root disk"), "refused: /var/lib/cassandra was purged already"),
        ["on hold"] = (o => OnHold(Up(o)), "refused: the charm is on hold"),
    };

    public static TheoryData<string> ReleaseRows => [.. Release.Keys];

    public static TheoryData<string> RollbackRows => [.. Rollback.Keys];

    public static TheoryData<string> PurgeRows => [.. Purge.Keys];

    [Theory]
    [MemberData(nameof(ReleaseRows))]
    public void A_volume_is_released_unless(string row) => Says(OrderKind.Release, Release[row]);

    [Theory]
    [MemberData(nameof(RollbackRows))]
    public void A_switch_is_rolled_back_unless(string row) => Says(OrderKind.Rollback, Rollback[row]);

    [Theory]
    [MemberData(nameof(PurgeRows))]
    public void Old_data_is_purged_unless(string row) => Says(OrderKind.Purge, Purge[row]);

    [Theory]
    [InlineData(RecordState.Initialising), InlineData(RecordState.Incoming), InlineData(RecordState.Ready), InlineData(RecordState.Serving)]
    [InlineData(RecordState.Released), InlineData(RecordState.Abandoned)]
    public void Only_superseded_data_is_ever_purged(RecordState state) => Says(OrderKind.Purge, (
        o => Old(Up(o), r => r with { State = state }), $"refused: vol-old: its record says {state.ToString().ToLowerInvariant()} by cassandra/0, not superseded"));

    [Fact]
    public void On_hold_and_under_a_bad_map_nothing_is_deleted_that_was_begun()
    {
        var o = With(Up(Base()), j => j with { Purging = new Purge(Before, default) });
        Assert.IsType<Decision.Purge>(Decide.On(o));

        Assert.IsType<Decision.Rest>(Decide.On(OnHold(o)));
        Assert.IsType<Decision.Rest>(Decide.On(o with { Assignment = new Assignment.Invalid("line 1: no") }));
        Assert.IsNotType<Decision.Purge>(Decide.On(o with { Occasion = Occasion.Stop }));
    }

    [Theory]
    [InlineData(RecordState.Serving), InlineData(RecordState.Released), InlineData(RecordState.Ready), InlineData(RecordState.Incoming)]
    public void A_deletion_is_dropped_when_the_volume_has_become_something_else(RecordState state)
    {
        var o = With(Up(Base()), j => j with { Purging = new Purge(Before, new Guid(7, 7, 7, new byte[8])) });

        Assert.IsType<Decision.DropPurge>(Decide.On(Old(o, r => r with { State = state })));
        Assert.IsType<Decision.DropPurge>(Decide.On(o with { Old = OldOne with { Pin = Some.Pin } }));
        Assert.IsType<Decision.DropPurge>(Decide.On(o with { Old = new VolumeSight.Blank("vdc", Some.Pin) }));
        Assert.IsType<Decision.Purge>(Decide.On(Old(o, r => r with { State = RecordState.Incoming, CopyId = new Guid(7, 7, 7, new byte[8]) })));
    }

    [Fact]
    public void Back_at_the_old_volume_after_a_move_the_status_names_the_ways()
    {
        var o = Up(Base()) with { Assignment = Some.Volume("vol-old"), Assigned = OldOne };

        var rest = Assert.IsType<Decision.Rest>(Decide.On(o));

        Assert.Equal(
            "vol-old: refused, its data was copied on to vol-1 and is older than that; still serving from vol-1; rollback-volume is refused once "
            + "Cassandra has served from there; to move the data back here, run the action purge-old-data volume=vol-old; "
            + "to serve from the old data, run the action adopt-volume volume=vol-old reason=…", rest.Status.Message);
    }

    [Theory]
    [InlineData("adopt", "vol-1", "done: vol-1 is the volume that cassandra/0 serves from")]
    [InlineData("adopt", "vol-9", "allowed: vol-9 will be adopted as soon as volume-map names it for cassandra/0")]
    [InlineData("discard", "vol-1", "refused: vol-1 holds no unfinished copy: its record says serving by cassandra/0")]
    [InlineData("discard", "vol-9", "allowed: the unfinished copy on vol-9 will be deleted as soon as volume-map names it")]
    public void Permissions_may_come_before_the_map_and_are_refused_where_they_are_seen_to_be_mistakes(string kind, string volume, string says)
    {
        var order = new Order(volume, "", default);
        var o = Up(Base()) with { Orders = kind == "adopt" ? new Orders { Adopt = order } : new Orders { Discard = order } };

        Assert.StartsWith(says, Words(Ordering.Judge(o, kind == "adopt" ? OrderKind.Adopt : OrderKind.Discard)), StringComparison.Ordinal);
    }

    private static void Says(OrderKind kind, (Func<Observation, Observation> Change, string Says) row)
    {
        var o = row.Change(Base());
        o = o with { Orders = o.Orders.With(kind, kind == OrderKind.Purge ? o.Orders.Purge ?? new Order("vol-old", "", default) : new Order("", "", default)) };

        var verdict = Ordering.Judge(o, kind);

        Assert.StartsWith(row.Says, Words(verdict), StringComparison.Ordinal);
        // The hook does what the action said.
        if (verdict is OrderVerdict.Allowed)
            Assert.True(Decide.On(o) is Decision.Release or Decision.GoBack or Decision.Purge, Decide.On(o).ToString());
        else
            Assert.False(Decide.On(o) is Decision.Release or Decision.GoBack or Decision.Purge, Decide.On(o).ToString());
    }

    private static string Words(OrderVerdict verdict) => verdict switch
    {
        OrderVerdict.Allowed a => $"allowed: {a.Effect}",
        OrderVerdict.Done d => $"done: {d.What}",
        OrderVerdict.Refused r => $"refused: {r.Why}",
        _ => throw new InvalidOperationException(),
    };

    /// <summary>Moved from vol-old to vol-1, where the node is down and never opened a port.</summary>
    private static Observation Base()
    {
        var o = Some.Unit(LocalData.Real, Itself);
        return o with
        {
            Served = o.Assigned,
            Previous = OldOne,
            Old = OldOne,
            Node = o.Node with { State = NodeState.Stopped, IsUnwritten = true },
            Journal = o.Journal with
            {
                Served = Serving,
                Generation = 4,
                LastSwitch = new Switch(Before, new NodeIdentity { HostId = Some.HostId }, Some.Lineage, 3),
            },
        };
    }

    private static Observation With(Observation o, Func<Journal, Journal> change) => o with { Journal = change(o.Journal) };

    private static Observation Up(Observation o) => o with
    {
        Node = o.Node with { State = NodeState.Serving, Processes = [42], IsUnwritten = false },
        Journal = o.Journal with { LastSwitch = o.Journal.LastSwitch! with { IsConfirmed = true } },
    };

    private static Observation Down(Observation o) => o with { Node = o.Node with { State = NodeState.Stopped } };

    private static Observation OnHold(Observation o) =>
        o with { Orders = o.Orders with { Hold = new Order("", "repairing", default) } };

    private static Observation Old(Observation o, Func<VolumeRecord, VolumeRecord> change)
    {
        var sight = OldOne with { Record = change(OldOne.Record) };
        return o with { Previous = sight, Old = sight };
    }

    private static Observation ToRoot(Observation o, TreeSealSight? seal) => With(
        o with { Previous = null, Node = o.Node with { RootSeal = seal } },
        j => j with { LastSwitch = j.LastSwitch! with { From = new Place.RootDisk() } });

    private static Observation Root(Observation o, TreeSealSight? seal, params string[] ancestors) => With(
        Subject(Up(o), "/var/lib/cassandra") with { Old = null, Node = Up(o).Node with { RootSeal = seal } },
        j => j with { Ancestors = ancestors });

    private static Observation Subject(Observation o, string subject) =>
        o with { Orders = o.Orders with { Purge = new Order(subject, "", default) } };

    private static Undertaking.Preparing Preparing => new("vol-2", Some.Pin, new Layout(default, Some.Xfs, "vol-2"))
    { Entry = "vol-2", Since = DateTimeOffset.UnixEpoch };
}
