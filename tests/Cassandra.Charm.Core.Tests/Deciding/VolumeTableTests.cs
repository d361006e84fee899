using Cassandra.Charm.Core.Deciding;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Deciding;

/// <summary>The table of design section 5, row by row; a column each for never served, fresh, real, elsewhere.</summary>
public sealed class VolumeTableTests
{
    private const string StillRoot = "still serving from the root disk";
    private const string NotStarted = "Cassandra has not been started";
    private const string GoneDown = "vol-gone is missing; Cassandra is down";

    private static readonly Dictionary<string, VolumeSight> Sights = new()
    {
        ["not attached"] = new VolumeSight.NotAttached(),
        ["several"] = new VolumeSight.Several("vdb and vdc both report serial vol-1"),
        ["read-only"] = new VolumeSight.Unusable("vdb", "vdb is read-only", "attach it read-write"),
        ["foreign"] = new VolumeSight.Foreign("vdb", "an LVM physical volume"),
        ["blank"] = new VolumeSight.Blank("vdb", Some.Pin),
        ["unchecked"] = new VolumeSight.Unchecked(Some.Pin, 0.25),
        ["empty filesystem"] = new VolumeSight.EmptyFilesystem("vdb", Some.Pin, Some.Xfs),
        ["unrecorded"] = new VolumeSight.Unrecorded("vdb", Some.Pin, Some.Xfs, "cassandra"),
        ["initialising"] = Some.Recorded(Some.Record(RecordState.Initialising, Some.Self), hasTree: false),
        ["incoming"] = Some.Recorded(Some.Record(RecordState.Incoming)),
        ["ready"] = Some.Recorded(Some.Record(RecordState.Ready)),
        ["released"] = Some.Recorded(Some.Record(RecordState.Released)),
        ["superseded"] = Some.Recorded(Some.Record(RecordState.Superseded)),
        ["abandoned"] = Some.Recorded(Some.Record(RecordState.Abandoned)),
        ["serving by another"] = Some.Recorded(Some.Record(RecordState.Serving)),
        ["clone"] = Some.Recorded(Some.Record(RecordState.Released) with { DiskSerial = "vol-original" }),
        ["newer Cassandra"] = Some.Recorded(With(Some.Record(RecordState.Released), n => n with { CassandraVersion = "5.0.4" })),
        ["older Cassandra"] = Some.Recorded(With(Some.Record(RecordState.Released), n => n with { CassandraVersion = "4.0.9" })),
        ["decommissioned"] = Some.Recorded(With(Some.Record(RecordState.Released), n => n with { IsDecommissioned = true })),
        ["recorded without data"] = Some.Recorded(Some.Record(RecordState.Released), hasTree: false),
    };

    /// <summary>What is seen; then for each column the decision, or the status that it rests on.</summary>
    public static TheoryData<string, string, string, string, string> Table => new()
    {
        { "not attached", $"waiting: vol-1 is not attached; {NotStarted}", $"waiting: vol-1 is not attached; {StillRoot}", $"waiting: vol-1 is not attached; {StillRoot}", $"blocked: {GoneDown}" },
        { "several", $"blocked: vol-1: refused, vdb and vdc both report serial vol-1; {NotStarted}", $"blocked: vol-1: refused, vdb and vdc both report serial vol-1; {StillRoot}", $"blocked: vol-1: refused, vdb and vdc both report serial vol-1; {StillRoot}", $"blocked: vol-1: refused, vdb and vdc both report serial vol-1; {GoneDown}" },
        { "read-only", $"blocked: vol-1: refused, vdb is read-only; {NotStarted}; attach", $"blocked: vol-1: refused, vdb is read-only; {StillRoot}; attach", $"blocked: vol-1: refused, vdb is read-only; {StillRoot}; attach", $"blocked: vol-1: refused, vdb is read-only; {GoneDown}; attach" },
        { "foreign", $"blocked: vol-1: refused, it holds an LVM physical volume; {NotStarted}", $"blocked: vol-1: refused, it holds an LVM physical volume; {StillRoot}", $"blocked: vol-1: refused, it holds an LVM physical volume; {StillRoot}", $"blocked: vol-1: refused, it holds an LVM physical volume; {GoneDown}" },
        { "blank", "Prepare", "Prepare", "Prepare", $"blocked: {GoneDown}; vol-1 is empty" },
        { "unchecked", "CheckBlank", "CheckBlank", "CheckBlank", $"blocked: {GoneDown}; vol-1 is empty" },
        { "empty filesystem", "Claim", "Claim", "Claim", $"blocked: {GoneDown}; vol-1 is empty" },
        { "initialising", "Found", "Move", "Move", $"blocked: {GoneDown}; vol-1 is empty" },
        { "unrecorded", "Adopt", "Adopt", "blocked: vol-1: refused, it holds Cassandra data that carries no record", "blocked: vol-1: refused, it holds Cassandra data that carries no record" },
        { "released", "Adopt", "Adopt", "blocked: vol-1: refused, it holds the data of node", "blocked: vol-1: refused, it holds the data of node" },
        { "incoming", Unfinished, Unfinished, Unfinished, Unfinished },
        { "ready", Finished, Finished, Finished, Finished },
        { "superseded", CopiedOn, CopiedOn, CopiedOn, CopiedOn },
        { "abandoned", Left, Left, Left, Left },
        { "serving by another", $"waiting: vol-1: {Unreleased}", $"waiting: vol-1: {Unreleased}", "blocked: vol-1: refused, it holds the data of node", "blocked: vol-1: refused, it holds the data of node" },
        { "clone", IsClone, IsClone, IsClone, IsClone },
        { "newer Cassandra", Newer, Newer, Newer, Newer },
        { "older Cassandra", Older, Older, Older, Older },
        { "decommissioned", Decommissioned, Decommissioned, Decommissioned, Decommissioned },
        { "recorded without data", Dataless, Dataless, Dataless, Dataless },
    };

    private const string Unfinished = "blocked: vol-1: refused, it holds a copy that cassandra/7 began and did not finish";
    private const string Finished = "blocked: vol-1: refused, it holds a copy that cassandra/7 finished and never served from";
    private const string CopiedOn = "blocked: vol-1: refused, its data was copied on to";
    private const string Left = "blocked: vol-1: refused, cassandra/7 left it";
    private const string Unreleased = "cassandra/7 on machine 7 did not release it";
    private const string IsClone = "blocked: vol-1: refused, its record was written on the disk with serial \"vol-original\"";
    private const string Newer = "blocked: vol-1: refused, Cassandra 5.0.4 wrote it, 4.1.7 is installed";
    private const string Older = "blocked: vol-1: refused, Cassandra 4.0.9 wrote it, 4.1.7 would upgrade it for good";
    private const string Decommissioned = "blocked: vol-1: refused, its node was decommissioned";
    private const string Dataless = "blocked: vol-1: refused, its record says released by cassandra/7, and its data directory is not there";

    [Theory]
    [MemberData(nameof(Table))]
    public void What_is_on_the_volume_against_what_the_unit_has(string seen, string neverServed, string fresh, string real, string elsewhere)
    {
        Assert.StartsWith(neverServed, Decided(LocalData.NeverServed, seen), StringComparison.Ordinal);
        Assert.StartsWith(fresh, Decided(LocalData.Fresh, seen), StringComparison.Ordinal);
        Assert.StartsWith(real, Decided(LocalData.Real, seen), StringComparison.Ordinal);
        Assert.StartsWith(elsewhere, Decided(LocalData.ElsewhereOrUnknown, seen), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("released"), InlineData("superseded"), InlineData("abandoned"), InlineData("ready"), InlineData("unrecorded"), InlineData("clone"), InlineData("older Cassandra")]
    public void An_order_to_adopt_lifts_what_only_doubt_refuses(string seen) =>
        Assert.IsType<Decision.Adopt>(Decide.On(Ordered(LocalData.Real, Sights[seen])));

    [Theory]
    [InlineData("incoming"), InlineData("newer Cassandra"), InlineData("decommissioned"), InlineData("foreign"), InlineData("serving by another")]
    public void An_order_to_adopt_does_not_lift_what_cannot_be_right(string seen) =>
        Assert.IsType<Decision.Rest>(Decide.On(Ordered(LocalData.Real, Sights[seen])));

    [Fact]
    public void A_unit_that_gave_its_data_away_takes_what_another_gave_away()
    {
        Assert.IsType<Decision.Adopt>(Decide.On(AfterRelease("released", isMarked: true)));
        Assert.IsType<Decision.Rest>(Decide.On(AfterRelease("released", isMarked: false)));
        Assert.IsType<Decision.Rest>(Decide.On(AfterRelease("serving by another", isMarked: true)));
        Assert.IsType<Decision.Rest>(Decide.On(AfterRelease("superseded", isMarked: true)));
        Assert.IsType<Decision.Rest>(Decide.On(AfterRelease("unrecorded", isMarked: true)));
        Assert.IsType<Decision.Rest>(Decide.On(AfterRelease("clone", isMarked: true)));

        static Observation AfterRelease(string seen, bool isMarked)
        {
            var o = Some.Unit(LocalData.ElsewhereOrUnknown, Sights[seen]);
            return o with { Journal = o.Journal with { Release = new Release("vol-9", default) { IsMarked = isMarked } } };
        }
    }

    [Fact]
    public void Anothers_volume_is_adopted_once_its_heartbeat_stood_still_and_the_unit_is_gone()
    {
        var o = Some.Unit(LocalData.NeverServed, Sights["serving by another"]);
        var watch = Assert.IsType<Decision.Rest>(Decide.On(o)).Watch;
        Assert.NotNull(watch);

        Assert.IsType<Decision.Rest>(Decide.On(Later(o, watch, 119)));
        Assert.IsType<Decision.Adopt>(Decide.On(Later(o, watch, 120)));
        Assert.IsType<Decision.Rest>(Decide.On(Later(o, watch, 500) with { BootId = "another boot" }));
        Assert.IsType<Decision.Rest>(Decide.On(Later(o, watch, 500) with { Units = new HashSet<string> { "cassandra/7" } }));
        var beat = Some.Recorded(Some.Record(RecordState.Serving) with { Heartbeat = DateTimeOffset.UnixEpoch });
        Assert.IsType<Decision.Rest>(Decide.On(Later(o with { Assigned = beat }, watch, 500)));
    }

    [Theory]
    [InlineData("blank"), InlineData("unchecked"), InlineData("empty filesystem"), InlineData("initialising")]
    public void Data_that_nobody_here_wrote_is_neither_moved_nor_shadowed(string seen)
    {
        foreach (var local in new[] { LocalData.Fresh, LocalData.Real })
        {
            var o = Some.Unit(local, Sights[seen]);
            o = o with { Journal = o.Journal with { Served = null, EverStarted = false }, Node = o.Node with { State = NodeState.Stopped } };
            Assert.StartsWith("/var/lib/cassandra holds Cassandra data that this unit did not write",
                Assert.IsType<Decision.Rest>(Decide.On(o)).Status.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_disk_that_must_stand_alone_for_a_while_is_looked_at_again_by_itself()
    {
        var settling = new VolumeSight.NotAttached { SettlesIn = TimeSpan.FromSeconds(10) };

        Assert.Equal(TimeSpan.FromSeconds(11), Assert.IsType<Decision.Rest>(Decide.On(Some.Unit(LocalData.Real, settling))).LookAgainAfter);
        Assert.Null(Assert.IsType<Decision.Rest>(Decide.On(Some.Unit(LocalData.Real, new VolumeSight.NotAttached()))).LookAgainAfter);
    }

    [Fact]
    public void A_volume_that_failed_is_known_by_any_of_its_names()
    {
        foreach (var name in new[] { "vol-1", "its-other-name" })
        {
            var o = Some.Unit(LocalData.Real, Some.Recorded(Some.Record(RecordState.Initialising, Some.Self) with { VolumeId = "its-other-name" }, hasTree: false));
            o = o with { Journal = o.Journal with { Failed = [new FailedTarget(name, "no room", DateTimeOffset.UnixEpoch)] } };
            Assert.StartsWith("vol-1: refused, the move to it failed (no room)",
                Assert.IsType<Decision.Rest>(Decide.On(o)).Status.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_action_that_a_status_names_is_not_refused_and_helps()
    {
        var copy = Guid.NewGuid();
        var own = new[] { RecordState.Incoming, RecordState.Ready, RecordState.Abandoned }.Select(state =>
            (VolumeSight)Some.Recorded(Some.Record(state, Some.Self) with { CopyId = copy }));
        var named = 0;
        foreach (var local in Enum.GetValues<LocalData>())
            foreach (var sight in Sights.Values.Concat(own))
                foreach (var failed in new[] { false, true })
                {
                    var o = Some.Unit(local, sight);
                    o = o with
                    {
                        Journal = o.Journal with
                        {
                            CopyIds = [copy],
                            Failed = failed ? [new FailedTarget("vol-1", "no room", DateTimeOffset.UnixEpoch)] : [],
                        },
                    };
                    if (Decide.On(o) is not Decision.Rest { Status.Message: var message })
                        continue;
                    foreach (var (kind, action) in new[] { (OrderKind.Adopt, "adopt-volume"), (OrderKind.Discard, "discard-copy") })
                    {
                        if (!message.Contains($"{action} volume=vol-1", StringComparison.Ordinal))
                            continue;
                        named++;
                        var ordered = o with { Orders = o.Orders.With(kind, new Order("vol-1", "because", DateTimeOffset.UnixEpoch)) };
                        Assert.False(Ordering.Judge(ordered, kind) is OrderVerdict.Refused, $"{message} → {Ordering.Judge(ordered, kind)}");
                        Assert.False(Decide.On(ordered) is Decision.Rest same && same.Status.Message == message, $"{message}: {action} changes nothing");
                    }
                }
        Assert.NotEqual(0, named);
    }

    [Fact]
    public void A_bad_map_changes_nothing_in_any_state()
    {
        foreach (var local in Enum.GetValues<LocalData>())
            foreach (var sight in Sights.Values)
            {
                var o = Some.Unit(local, sight) with { Assignment = new Assignment.Invalid("line 1: no") };
                var rest = Assert.IsType<Decision.Rest>(Decide.On(o));
                Assert.StartsWith("volume-map: line 1: no", rest.Status.Message, StringComparison.Ordinal);
                Assert.Equal(UnitState.Blocked, rest.Status.State);
            }
    }

    [Fact]
    public void A_mistake_neither_continues_nor_cancels_what_is_under_way_but_what_keeps_the_node_down_is_finished()
    {
        var target = new Place.OnVolume("vol-1", Some.Xfs);
        foreach (var phase in Enum.GetValues<MovePhase>())
        {
            var o = Some.Unit(LocalData.Real, Sights["initialising"]) with { Assignment = new Assignment.Invalid("line 1: no") };
            o = o with
            {
                Target = o.Assigned,
                Journal = o.Journal with { Undertaking = new Undertaking.Moving(Guid.Empty, new Place.RootDisk(), target, 2, phase) { Entry = "vol-1", Since = default } },
            };
            foreach (var mistaken in (Observation[])[o, o with { Assignment = Some.Volume("vol-1"), SettingsProblem = "cut-over-window: no" }])
            {
                if (phase == MovePhase.Following)
                    Assert.Contains(": no", Assert.IsType<Decision.Rest>(Decide.On(mistaken)).Status.Message, StringComparison.Ordinal);
                else
                    Assert.IsType<Decision.ResumeMove>(Decide.On(mistaken));
            }
        }
    }

    [Fact]
    public void On_hold_nothing_is_done_in_any_state()
    {
        foreach (var local in Enum.GetValues<LocalData>())
            foreach (var sight in Sights.Values)
            {
                var o = Some.Unit(local, sight) with { Orders = new Orders { Hold = new Order("", "repairing", DateTimeOffset.UnixEpoch) } };
                Assert.StartsWith("on hold since 1970-01-01 00:00 UTC (repairing)",
                    Assert.IsType<Decision.Rest>(Decide.On(o)).Status.Message, StringComparison.Ordinal);
            }
    }

    [Fact]
    public void Nothing_that_is_not_blank_or_ours_is_ever_prepared()
    {
        foreach (var local in Enum.GetValues<LocalData>())
            foreach (var (name, sight) in Sights)
                if (name is not "blank")
                    Assert.IsNotType<Decision.Prepare>(Decide.On(Ordered(local, sight)));
    }

    private static VolumeRecord With(VolumeRecord record, Func<NodeIdentity, NodeIdentity> change) => record with { Node = change(record.Node) };

    private static Observation Ordered(LocalData local, VolumeSight sight) =>
        Some.Unit(local, sight) with { Orders = new Orders { Adopt = new Order("vol-1", "because", DateTimeOffset.UnixEpoch) } };

    private static Observation Later(Observation o, HeartbeatWatch watch, double seconds) =>
        o with { Uptime = o.Uptime + seconds, Journal = o.Journal with { Watch = watch } };

    private static string Decided(LocalData local, string seen) => Decide.On(Some.Unit(local, Sights[seen])) switch
    {
        Decision.Rest rest => $"{rest.Status.State.ToString().ToLowerInvariant()}: {rest.Status.Message}",
        var other => other.GetType().Name,
    };
}
