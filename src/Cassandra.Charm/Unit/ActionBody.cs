using Cassandra.Charm.Core.Deciding;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.EntryPoints;
using Cassandra.Charm.Juju;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Node.Guarding;
using Cassandra.Charm.Service;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Unit;

/// <summary>
/// The actions. Those that look change nothing; those that order leave the order and have the unit called back: no action
/// waits for a hook or for long work.
/// </summary>
internal sealed class ActionBody(UnitFactory factory, IPrograms programs, StatePaths paths, ProgramCopy program, SystemClock clock) : IActionBody
{
    private readonly OrderFiles _orders = new(paths.Orders);

    /// <inheritdoc/>
    public Task<ActionOutcome> AnswerAsync(ActionRequest request, HookContext context, CancellationToken stop) => request switch
    {
        ActionRequest.VolumeStatus => LookAsync(context, VolumeReport.Of, stop),
        ActionRequest.ShowPlan => LookAsync(context, PlanReport.Of, stop),
        ActionRequest.Hold hold => OrderAsync(context, OrderKind.Hold, "", hold.Reason, stop),
        ActionRequest.Resume => ResumeAsync(OrderKind.Hold, "not on hold", stop),
        ActionRequest.MigrationStatus => LookAsync(context, seen => MigrationReport.Of(seen, paths), stop),
        ActionRequest.PauseMigration => OrderAsync(context, OrderKind.Pause, "", "", stop),
        ActionRequest.ResumeMigration => ResumeAsync(OrderKind.Pause, "not paused", stop),
        ActionRequest.CutOver => OrderAsync(context, OrderKind.CutOver, "", "", stop),
        ActionRequest.AdoptVolume adopt => OrderAsync(context, OrderKind.Adopt, adopt.Volume.Name, adopt.Reason, stop),
        ActionRequest.DiscardCopy discard => OrderAsync(context, OrderKind.Discard, discard.Volume.Name, "", stop),
        ActionRequest.ReleaseVolume => OrderAsync(context, OrderKind.Release, "", "", stop),
        ActionRequest.RollbackVolume => OrderAsync(context, OrderKind.Rollback, "", "", stop),
        ActionRequest.PurgeOldData purge => OrderAsync(context, OrderKind.Purge, purge.Subject, "", stop),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<ActionOutcome> LookAsync(
        HookContext context, Func<Observation, Dictionary<string, string>> report, CancellationToken stop)
    {
        var unit = await factory.CreateAsync(context, HookEvent.UpdateStatus, stop).ConfigureAwait(false);
        return new ActionOutcome(report(await unit.Observer.LookAsync(Occasion.Converge, stop).ConfigureAwait(false)));
    }

    /// <summary>What the world can be seen to refuse is refused at once; all else is left to the next hook.</summary>
    private async Task<ActionOutcome> OrderAsync(
        HookContext context, OrderKind kind, string subject, string reason, CancellationToken stop)
    {
        var order = new Order(subject, reason, clock.Now);
        switch (await JudgeAsync(context, kind, order, stop).ConfigureAwait(false))
        {
            case OrderVerdict.Refused no:
                return ActionOutcome.Refused(no.Why);
            case OrderVerdict.Done done:
                return new ActionOutcome(new Dictionary<string, string> { ["result"] = "done already", ["effect"] = done.What });
            case OrderVerdict.Allowed allowed:
                _orders.Give(kind, order);
                if (kind == OrderKind.Pause)
                    _orders.TakeBack(OrderKind.CutOver);
                return await QueuedAsync(allowed.Effect, stop).ConfigureAwait(false);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>
    /// Looks under the lock, so that it comes in nobody's way; where somebody is at work, that one's successor judges. A hold
    /// needs no look, and must be given also where one fails.
    /// </summary>
    private async Task<OrderVerdict> JudgeAsync(HookContext context, OrderKind kind, Order order, CancellationToken stop)
    {
        if (kind == OrderKind.Hold)
            return Ordering.Hold;
        using var held = await StateLock.TryTakeAsync(paths.Lock, $"action {context.Trigger.Name}", TimeSpan.Zero, stop).ConfigureAwait(false);
        if (held is null)
            return new OrderVerdict.Allowed("the charm is at work; the next hook carries it out, or the unit's status says why not");
        var unit = await factory.CreateAsync(context, HookEvent.UpdateStatus, stop).ConfigureAwait(false);
        var seen = await unit.Observer.LookAsync(Occasion.Converge, _orders.Read().With(kind, order), stop).ConfigureAwait(false);
        return Ordering.Judge(seen, kind);
    }

    private async Task<ActionOutcome> ResumeAsync(OrderKind order, string otherwise, CancellationToken stop)
    {
        if (!_orders.Stands(order))
            return new ActionOutcome(new Dictionary<string, string> { ["result"] = otherwise });
        _orders.TakeBack(order);
        return await QueuedAsync("the next hook carries on from what it finds", stop).ConfigureAwait(false);
    }

    private async Task<ActionOutcome> QueuedAsync(string effect, CancellationToken stop)
    {
        program.Refresh();
        await new ServiceUnits(programs, paths).CallBackAfterAsync(TimeSpan.FromSeconds(1), stop).ConfigureAwait(false);
        return new ActionOutcome(new Dictionary<string, string> { ["result"] = "queued", ["effect"] = effect });
    }
}
