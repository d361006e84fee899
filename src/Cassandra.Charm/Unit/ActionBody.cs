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
        ActionRequest.Hold hold => GiveAsync(OrderKind.Hold, "", hold.Reason,
            "the charm keeps its hands off from the next hook on; Cassandra goes on as it is; run resume to end it", stop),
        ActionRequest.Resume => ResumeAsync(stop),
        ActionRequest.AdoptVolume adopt => GiveAsync(OrderKind.Adopt, adopt.Volume.Name, adopt.Reason,
            $"{adopt.Volume.Name} will be adopted as soon as volume-map names it for this unit", stop),
        ActionRequest.DiscardCopy discard => GiveAsync(OrderKind.Discard, discard.Volume.Name, "",
            $"the unfinished copy on {discard.Volume.Name} will be deleted; nothing else on it is touched", stop),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<ActionOutcome> LookAsync(
        HookContext context, Func<Observation, Dictionary<string, string>> report, CancellationToken stop)
    {
        var unit = await factory.CreateAsync(context, HookEvent.UpdateStatus, stop).ConfigureAwait(false);
        return new ActionOutcome(report(await unit.Observer.LookAsync(Occasion.Converge, stop).ConfigureAwait(false)));
    }

    private async Task<ActionOutcome> GiveAsync(
        OrderKind kind, string subject, string reason, string effect, CancellationToken stop)
    {
        _orders.Give(kind, new Order(subject, reason, clock.Now));
        return await QueuedAsync(effect, stop).ConfigureAwait(false);
    }

    private async Task<ActionOutcome> ResumeAsync(CancellationToken stop)
    {
        if (_orders.Read().Hold is null)
            return new ActionOutcome(new Dictionary<string, string> { ["result"] = "not on hold" });
        _orders.TakeBack(OrderKind.Hold);
        return await QueuedAsync("the next hook carries on from what it finds", stop).ConfigureAwait(false);
    }

    private async Task<ActionOutcome> QueuedAsync(string effect, CancellationToken stop)
    {
        program.Refresh();
        await new ServiceUnits(programs, paths).CallBackAfterAsync(TimeSpan.FromSeconds(1), stop).ConfigureAwait(false);
        return new ActionOutcome(new Dictionary<string, string> { ["result"] = "queued", ["effect"] = effect });
    }
}
