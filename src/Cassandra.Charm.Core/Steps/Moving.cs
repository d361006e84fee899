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

    /// <summary>Runs or resumes it; null when it is over, done or given up, else what it waits for.</summary>
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
            var next = move.Phase switch
            {
                MovePhase.Following => await FollowAsync(move, startsFirst, cancel).ConfigureAwait(false),
                // After a reboot every file is read again: while the node serves.
                MovePhase.Copying when startsFirst && Seen.Occasion == Occasion.Converge && move.BootId.Length > 0 && !IsOfThisBoot(move) =>
                    new Next.On(move with { Phase = MovePhase.Following, BootId = "" }),
                MovePhase.Copying => await CopyAsync(move, cancel).ConfigureAwait(false),
                // Whatever happened in between, the source is compared again before it is left.
                MovePhase.Publishing or MovePhase.Switching when !IsOfThisBoot(move)
                    && Seen.Node.ConfiguredRoot != move.Target.DataRoot => new Next.On(move with { Phase = MovePhase.Copying }),
                MovePhase.Publishing => await PublishAsync(move, cancel).ConfigureAwait(false),
                MovePhase.Switching => await SwitchAsync(move, cancel).ConfigureAwait(false),
                MovePhase.Starting => await StartAsync(move, cancel).ConfigureAwait(false),
            };
            switch (next)
            {
                case Next.On(var further):
                    move = further;
                    break;
                case Next.Over(var waits):
                    return waits;
            }
        }
    }

    /// <summary>What comes after a phase.</summary>
    private abstract record Next
    {
        /// <summary>Another one.</summary>
        internal sealed record On(Undertaking.Moving Move) : Next;

        /// <summary>Nothing more now: it waits for something, or is over.</summary>
        internal sealed record Over(UnitStatus? Waits) : Next;
    }

    private async Task<Next> FollowAsync(Undertaking.Moving move, bool startsFirst, CancellationToken cancel)
    {
        if (Seen.Occasion != Occasion.Converge)
        {
            // The unit goes: what the map promises is made true at once.
            await Machine.LongWork.StopAsync(cancel).ConfigureAwait(false);
            return new Next.On(AtRest(move));
        }

        // One order is one try: what fails again waits for another.
        await FulfilAdoptionAsync(cancel).ConfigureAwait(false);
        var (wait, impossible) = await new Following(Machine, Seen).RunAsync(move, startsFirst, cancel).ConfigureAwait(false);
        return (wait, impossible) switch
        {
            ({ } waits, _) => new Next.Over(waits),
            (_, { } why) => await GiveUpAsync(move, why, cancel).ConfigureAwait(false),
            _ => new Next.On(AtRest(move)),
        };
    }

    private async Task<Next> CopyAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        await FulfilAdoptionAsync(cancel).ConfigureAwait(false);
        await FulfilMigrationAsync(cancel).ConfigureAwait(false);
        return await CopyAtRestAsync(move, cancel).ConfigureAwait(false) switch
        {
            CopyState.Verified copied => new Next.On(move with { Phase = MovePhase.Publishing, BootId = copied.BootId }),
            CopyState.UnderWay copying => new Next.Over(StatusText.Copying(move.Target.Name, copying.Progress, isDown: true)),
            CopyState.Impossible no => await GiveUpAsync(move, no.Why, cancel).ConfigureAwait(false),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task<Next> PublishAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        await Volumes.PublishIncomingAsync(move.Target, cancel).ConfigureAwait(false);
        await MarkAsync(move.Target, r => r with { State = RecordState.Ready, Generation = move.Generation }, cancel).ConfigureAwait(false);
        return new Next.On(move with { Phase = MovePhase.Switching });
    }

    private async Task<Next> SwitchAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        await Machine.ReportAsync(StatusText.Switching(move.Target.Name), cancel).ConfigureAwait(false);
        await Node.ConfigureAsync(ConfigurationFor(move.Target, Journal.Node), cancel).ConfigureAwait(false);
        return new Next.On(move with { Phase = MovePhase.Starting });
    }

    private async Task<Next> StartAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        if (Journal.Served != move.Target)
            await HandOverAsync(move, cancel).ConfigureAwait(false);
        switch (await _starting.LiftAndStartAsync(move.Target, cancel).ConfigureAwait(false))
        {
            case StartOutcome.Answers:
                return new Next.Over(await FinishAsync(move, cancel).ConfigureAwait(false));
            case StartOutcome.StillStarting still:
                return new Next.Over(await _starting.StillAsync(StatusText.Switching(move.Target.Name, still.Doing), cancel).ConfigureAwait(false));
            case StartOutcome.Died { MayHaveServed: false } died:
                // It died before it opened a port: nothing was written there that anybody was promised.
                await Machine.Turns.FailAsync(died.Reason, cancel).ConfigureAwait(false);
                await new GoingBack(Machine, Seen).RunAsync(WayBack(move, died.Reason), cancel).ConfigureAwait(false);
                return new Next.Over(null);
            case StartOutcome.Died died:
                // It may hold writes: the move is over, and the target a place like any other that does not stay up.
                await SaveAsync(Journal with { Undertaking = null }, cancel).ConfigureAwait(false);
                return new Next.Over(StatusText.NodeDied(move.Target, died.Reason));
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<Next> GiveUpAsync(Undertaking.Moving move, string why, CancellationToken cancel)
    {
        await CancelAsync(move, targetIsThere: true, why, cancel).ConfigureAwait(false);
        await Machine.Turns.FailAsync(why, cancel).ConfigureAwait(false);
        return new Next.Over(null);
    }

    private bool IsOfThisBoot(Undertaking.Moving move) => move.BootId == Machine.Clock.BootId;

    /// <summary>On with the node stopped.</summary>
    private Undertaking.Moving AtRest(Undertaking.Moving move) => move with { Phase = MovePhase.Copying, BootId = Machine.Clock.BootId };

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
    private async Task<CopyState> CopyAtRestAsync(Undertaking.Moving move, CancellationToken cancel)
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
