using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Steps;

/// <summary>
/// The commit order of a move (design section 5), each step durable before the next. At every instant one copy is
/// authoritative: the source until cassandra.yaml names the target, the target from then on.
/// </summary>
internal sealed class Moving(IMachine machine, Observation seen) : Step(machine, seen)
{
    private readonly Starting _starting = new(machine, seen);

    /// <summary>Begins a move of the place that last served.</summary>
    internal Task<UnitStatus?> BeginAsync(Place.OnVolume target, bool startsFirst, CancellationToken cancel)
    {
        var source = Journal.Served ?? throw new InvalidOperationException("nothing has served that could be moved");
        var serves = startsFirst || Seen.Node.State is NodeState.Serving or NodeState.Unresponsive;
        var move = new Undertaking.Moving(Machine.Clock.NewGuid(), source, target, Journal.Generation + 1, MovePhase.Following)
        { Entry = Seen.Entry, Since = Now };
        return RunAsync(serves ? move : AtRest(move), startsFirst, cancel);
    }

    /// <summary>Runs or resumes it; null when it is done, else what it waits for.</summary>
    internal async Task<UnitStatus?> RunAsync(Undertaking.Moving move, bool startsFirst, CancellationToken cancel)
    {
        while (true)
        {
            await SaveAsync(Journal with
            {
                Undertaking = move,
                CopyIds = [.. Journal.CopyIds.Where(id => id != move.CopyId), move.CopyId],
            }, cancel).ConfigureAwait(false);
            await MountAsync(move.Target, cancel).ConfigureAwait(false);
            switch (move.Phase)
            {
                case MovePhase.Following when startsFirst && Seen.Occasion == Occasion.Converge:
                    startsFirst = false;
                    var (starting, dies) = await StartSourceAsync(move, cancel).ConfigureAwait(false);
                    if (starting is not null)
                        return starting;
                    if (dies)
                        move = AtRest(move);
                    break;
                case MovePhase.Following when Seen.Occasion == Occasion.Converge:
                    // One order is one try: what fails again waits for another.
                    await FulfilAdoptionAsync(cancel).ConfigureAwait(false);
                    var (wait, impossible) = await new Following(Machine, Seen).RunAsync(move, cancel).ConfigureAwait(false);
                    if (wait is not null)
                        return wait;
                    if (impossible is not null)
                    {
                        await CancelAsync(move, targetIsThere: true, impossible, cancel).ConfigureAwait(false);
                        return null;
                    }

                    move = AtRest(move);
                    break;
                case MovePhase.Following:
                    // The unit goes: what the map promises is made true at once.
                    await Machine.LongWork.StopAsync(cancel).ConfigureAwait(false);
                    move = AtRest(move);
                    break;
                case MovePhase.Copying when startsFirst && Seen.Occasion == Occasion.Converge
                    && move.BootId.Length > 0 && move.BootId != Machine.Clock.BootId:
                    // After a reboot every file is read again: while the node serves.
                    move = move with { Phase = MovePhase.Following, BootId = "" };
                    break;
                case MovePhase.Copying:
                    await FulfilAdoptionAsync(cancel).ConfigureAwait(false);
                    await FulfilMigrationAsync(cancel).ConfigureAwait(false);
                    switch (await CopyAsync(move, cancel).ConfigureAwait(false))
                    {
                        case CopyState.Verified copied:
                            move = move with { Phase = MovePhase.Publishing, BootId = copied.BootId };
                            break;
                        case CopyState.UnderWay copying:
                            return StatusText.Copying(move.Target.Name, copying.Progress, isDown: true);
                        case CopyState.Followed or CopyState.Ended:
                            throw new System.Diagnostics.UnreachableException();
                        case CopyState.Impossible no:
                            await CancelAsync(move, targetIsThere: true, no.Why, cancel).ConfigureAwait(false);
                            return null;
                    }

                    break;
                case MovePhase.Publishing or MovePhase.Switching when move.BootId != Machine.Clock.BootId
                    && Seen.Node.ConfiguredRoot != move.Target.DataRoot:
                    // Whatever happened in between, the source is compared again before it is left.
                    move = move with { Phase = MovePhase.Copying };
                    break;
                case MovePhase.Publishing:
                    await Volumes.PublishIncomingAsync(move.Target, cancel).ConfigureAwait(false);
                    await MarkAsync(move.Target, r => r with { State = RecordState.Ready, Generation = move.Generation }, cancel)
                        .ConfigureAwait(false);
                    move = move with { Phase = MovePhase.Switching };
                    break;
                case MovePhase.Switching:
                    await Machine.ReportAsync(StatusText.Switching(move.Target.Name), cancel).ConfigureAwait(false);
                    await Node.ConfigureAsync(ConfigurationFor(move.Target, Journal.Node), cancel).ConfigureAwait(false);
                    move = move with { Phase = MovePhase.Starting };
                    break;
                case MovePhase.Starting:
                    if (Journal.Served != move.Target)
                        await HandOverAsync(move, cancel).ConfigureAwait(false);
                    var (status, failure) = await StartAsync(move, cancel).ConfigureAwait(false);
                    if (failure is null)
                        return status ?? await FinishAsync(move, cancel).ConfigureAwait(false);
                    // It died before it opened a port: nothing was written there that anybody was promised.
                    await new GoingBack(Machine, Seen).RunAsync(WayBack(move, failure), cancel).ConfigureAwait(false);
                    return null;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    /// <summary>On with the node stopped.</summary>
    private Undertaking.Moving AtRest(Undertaking.Moving move) => move with { Phase = MovePhase.Copying, BootId = Machine.Clock.BootId };

    /// <summary>What it waits for; or whether it dies, and then loses nothing by a copy at rest; or neither: it serves.</summary>
    private async Task<(UnitStatus? Wait, bool Dies)> StartSourceAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        if (Seen.Orders.CutOver is not null)
            return (null, Dies: true); // whoever ordered that does not wait for it
        await Machine.ReportAsync(StatusText.Starting(move.Source), cancel).ConfigureAwait(false);
        await MountAsync(move.Source, cancel).ConfigureAwait(false);
        return await _starting.LiftAndStartAsync(move.Source, cancel).ConfigureAwait(false) switch
        {
            StartOutcome.Answers => (await _starting.ConfirmAsync(move.Source, cancel).ConfigureAwait(false), false),
            StartOutcome.StillStarting s => (await _starting.StillAsync(StatusText.Starting(move.Source, s.Doing), cancel).ConfigureAwait(false), false),
            StartOutcome.Died d when Seen.Orders.Pause is not null => (StatusText.NodeDied(move.Source, d.Reason), false),
            StartOutcome.Died => (null, true),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>Before the commit point: the target is discarded where it is there, the source serves on.</summary>
    internal async Task CancelAsync(Undertaking.Moving move, bool targetIsThere, string? failure, CancellationToken cancel)
    {
        await Machine.LongWork.StopAsync(cancel).ConfigureAwait(false);
        await FulfilMigrationAsync(cancel).ConfigureAwait(false);
        // A cancel that is cut leaves half a copy: what is resumed then is another copy, from its start.
        move = move with { CopyId = Machine.Clock.NewGuid(), Phase = MovePhase.Copying };
        await SaveAsync(Journal with { Undertaking = move }, cancel).ConfigureAwait(false);
        if (targetIsThere)
            await DiscardTargetAsync(move.Target, cancel).ConfigureAwait(false);

        await SaveAsync(Journal with
        {
            Undertaking = null,
            Failed = failure is null ? Journal.Failed : [.. Journal.Failed, new FailedTarget(move.Target.VolumeId, failure, Now)],
        }, cancel).ConfigureAwait(false);
        await Node.LiftHoldAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>A target that fails while it is being discarded must not keep the source down: its copy stays marked <c>incoming</c>.</summary>
    private async Task DiscardTargetAsync(Place.OnVolume target, CancellationToken cancel)
    {
        try
        {
            await MountAsync(target, cancel).ConfigureAwait(false);
            await MarkAsync(target, r => r with { State = RecordState.Incoming }, cancel).ConfigureAwait(false);
            await Volumes.ReopenIncomingAsync(target, cancel).ConfigureAwait(false);
            await Volumes.DiscardIncomingAsync(target, cancel).ConfigureAwait(false);
            await MarkAsync(target, r => r with { State = RecordState.Initialising, CopyId = null }, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (Conductor.IsOfTheWorld(failure))
        {
            Machine.Note($"the copy on {target.VolumeId} is left as it is: {failure.Message}");
        }

        await LetGoAsync(target, cancel).ConfigureAwait(false);
    }

    /// <summary>Orders about a migration end with it: the next one is another.</summary>
    private async Task FulfilMigrationAsync(CancellationToken cancel)
    {
        // Those that came after the look, too.
        await Machine.FulfilAsync(OrderKind.CutOver, cancel).ConfigureAwait(false);
        await Machine.FulfilAsync(OrderKind.Pause, cancel).ConfigureAwait(false);
    }

    /// <summary>Hold, stop, settle, copy, verify. What cannot be done is an answer: the source serves again.</summary>
    private async Task<CopyState> CopyAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        try
        {
            return await CopyColdAsync(move, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (Conductor.IsOfTheWorld(failure))
        {
            return new CopyState.Impossible(failure.Message, (failure as EffectFailedException)?.Remedy ?? "");
        }
    }

    private async Task<CopyState> CopyColdAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        await Machine.ReportAsync(StatusText.Copying(move.Target.Name, null, isDown: true), cancel).ConfigureAwait(false);
        await Node.HoldAsync($"moving the data to {move.Target.Name}", cancel).ConfigureAwait(false);
        await Node.StopAsync(cancel).ConfigureAwait(false);
        await Node.SettleTransactionsAsync(move.Source, cancel).ConfigureAwait(false);
        await MarkIncomingAsync(move, cancel).ConfigureAwait(false);
        return await Machine.LongWork
            .CopyAsync(move, PatienceNow, cancel).ConfigureAwait(false);
    }

    /// <summary>The source is superseded and sealed, the target serves: nothing can start the old copy any more.</summary>
    private async Task HandOverAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        await MountAsync(move.Source, cancel).ConfigureAwait(false);
        await MarkAsync(move.Source,
            r => r with { State = RecordState.Superseded, SupersededBy = move.Target.VolumeId, Heartbeat = null }, cancel)
            .ConfigureAwait(false);
        await Node.SealAsync(move.Source, move.Target.VolumeId, cancel).ConfigureAwait(false);
        await MarkAsync(move.Target, r => r with { State = RecordState.Serving }, cancel).ConfigureAwait(false);
        await SaveAsync(Journal with
        {
            Served = move.Target,
            Generation = move.Generation,
            LastSwitch = new Switch(move.Source, Journal.Node, Journal.Lineage, move.Generation - 1),
            Ancestors = [.. Journal.Ancestors.Where(name => name != move.Source.Name), move.Source.Name],
        }, cancel).ConfigureAwait(false);
    }

    private Undertaking.GoingBack WayBack(Undertaking.Moving move, string failure) =>
        new(move.Target, Journal.LastSwitch ?? new Switch(move.Source, Journal.Node, Journal.Lineage, move.Generation - 1),
            move.Generation + 1, failure)
        { Entry = move.Entry, Since = Now };

    private async Task<(UnitStatus? Status, string? Failure)> StartAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        var outcome = await _starting.LiftAndStartAsync(move.Target, cancel).ConfigureAwait(false);
        return outcome switch
        {
            StartOutcome.Answers => (null, null),
            StartOutcome.StillStarting s => (await _starting.StillAsync(StatusText.Switching(move.Target.Name, s.Doing), cancel)
                .ConfigureAwait(false), null),
            StartOutcome.Died { MayHaveServed: false } d => (null, d.Reason),
            StartOutcome.Died d => (await StayAsync(move, d.Reason, cancel).ConfigureAwait(false), null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>It may hold writes: the move is over, and the target a place like any other that does not stay up.</summary>
    private async Task<UnitStatus> StayAsync(Undertaking.Moving move, string reason, CancellationToken cancel)
    {
        await SaveAsync(Journal with { Undertaking = null }, cancel).ConfigureAwait(false);
        return StatusText.NodeDied(move.Target, reason);
    }

    private async Task<UnitStatus?> FinishAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        if (await _starting.ConfirmAsync(move.Target, cancel).ConfigureAwait(false) is { } conflict)
            return conflict;
        await SaveAsync(Journal with { Undertaking = null }, cancel).ConfigureAwait(false);
        if (move.Source is Place.OnVolume source)
            await LetGoAsync(source, cancel).ConfigureAwait(false);
        return null;
    }
}
