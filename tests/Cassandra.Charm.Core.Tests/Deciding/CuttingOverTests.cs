using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Deciding;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Core.Tests.Deciding;

/// <summary>When a move that follows its source may stop the node, and what operators are told who ask for it or against it.</summary>
public sealed class CuttingOverTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly Order Given = new("", "", Noon);

    [Fact]
    public void An_order_goes_before_the_window_and_a_pause_before_all()
    {
        var open = Moving(MovePhase.Following);
        var closed = open with { Settings = open.Settings with { CutOverWindow = CutOverWindow.Parse("02:00-04:00 UTC") } };

        Assert.IsType<CutOver.Now>(CuttingOver.Of(open, Noon));
        Assert.Equal(new CutOver.Later(Noon.AddHours(14)), CuttingOver.Of(closed, Noon));
        Assert.IsType<CutOver.Now>(CuttingOver.Of(closed, Noon.AddHours(15)));
        Assert.IsType<CutOver.Now>(CuttingOver.Of(closed with { Orders = new Orders { CutOver = Given } }, Noon));
        Assert.IsType<CutOver.Paused>(CuttingOver.Of(open with { Orders = new Orders { CutOver = Given, Pause = Given } }, Noon));
    }

    [Theory]
    [InlineData(OrderKind.Pause, "following", "allowed: nothing more is copied to vol-1 until the action resume-migration")]
    [InlineData(OrderKind.Pause, "switching", "done: the switch to vol-1 is under way")]
    [InlineData(OrderKind.Pause, "at rest", "refused: no migration is under way on this unit")]
    [InlineData(OrderKind.CutOver, "following", "allowed: as soon as the copy on vol-1 is close, Cassandra is stopped and started on it")]
    [InlineData(OrderKind.CutOver, "paused", "refused: the migration to vol-1 is paused; run the action resume-migration first")]
    [InlineData(OrderKind.CutOver, "switching", "done: the switch to vol-1 is under way")]
    [InlineData(OrderKind.CutOver, "at rest", "refused: no migration is under way on this unit")]
    [InlineData(OrderKind.CutOver, "on hold", "refused: the charm is on hold")]
    public void Orders_are_judged_by_what_is_under_way(OrderKind kind, string world, string says)
    {
        var o = world switch
        {
            "following" => Moving(MovePhase.Following),
            "paused" => Moving(MovePhase.Following) with { Orders = new Orders { Pause = Given } },
            "on hold" => Moving(MovePhase.Following) with { Orders = new Orders { Hold = Given } },
            "switching" => Moving(MovePhase.Switching),
            _ => Some.Unit(LocalData.Real, new VolumeSight.NotAttached()),
        };

        var verdict = Ordering.Judge(o with { Orders = o.Orders.With(kind, Given) }, kind) switch
        {
            OrderVerdict.Allowed allowed => $"allowed: {allowed.Effect}",
            OrderVerdict.Done done => $"done: {done.What}",
            OrderVerdict.Refused refused => $"refused: {refused.Why}",
            _ => "",
        };

        Assert.StartsWith(says, verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OrderKind.Pause, MovePhase.Following, false)]
    [InlineData(OrderKind.CutOver, MovePhase.Following, false)]
    [InlineData(OrderKind.Pause, MovePhase.Copying, true)]
    [InlineData(OrderKind.CutOver, MovePhase.Starting, true)]
    [InlineData(OrderKind.Pause, null, true)]
    [InlineData(OrderKind.CutOver, null, true)]
    public void One_that_was_given_with_nothing_to_pause_or_cut_over_is_taken_back(OrderKind kind, MovePhase? phase, bool isDeclined)
    {
        var o = phase is { } under ? Moving(under) : Some.Unit(LocalData.Real, new VolumeSight.NotAttached());

        var decision = Decide.On(o with { Orders = o.Orders.With(kind, Given) });

        Assert.Equal(isDeclined, decision is Decision.Decline no && no.Order == kind);
    }

    private static Observation Moving(MovePhase phase)
    {
        var o = Some.Unit(LocalData.Real, new VolumeSight.NotAttached());
        return o with
        {
            Journal = o.Journal with
            {
                Undertaking = new Undertaking.Moving(Guid.Empty, new Place.RootDisk(), new Place.OnVolume("vol-1", Some.Xfs), 2, phase)
                { Entry = "vol-1", Since = Noon },
            },
        };
    }
}
