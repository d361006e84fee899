using Cassandra.Charm.Core.Deciding;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Steps;

/// <summary>The passes of a move while the node serves, until it may be stopped for the last one.</summary>
internal sealed class Following(IMachine machine, Observation seen) : Step(machine, seen)
{
    // What happens between the last pass and the stop is brought over with the node down: after a snapshot every file is read.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    // Until the window opens, so often: what is left for it stays small, and the disks have rest in between.
    private static readonly TimeSpan Close = TimeSpan.FromMinutes(15);

    private readonly Starting _starting = new(machine, seen);

    /// <summary>What it waits for; or why it cannot be done, and the source serves on; or neither: on with the last pass.</summary>
    /// <param name="move">The move.</param>
    /// <param name="startsFirst">The node is down, and is to serve meanwhile.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async Task<(UnitStatus? Wait, string? Impossible)> RunAsync(Undertaking.Moving move, bool startsFirst, CancellationToken cancel)
    {
        if (startsFirst)
        {
            var (starting, isDead) = await StartSourceAsync(move, cancel).ConfigureAwait(false);
            if (starting is not null || isDead)
                return (starting, null);
        }

        var cutOver = CuttingOver.Of(Seen, Now);
        if (cutOver is CutOver.Paused paused)
        {
            await Machine.LongWork.StopAsync(cancel).ConfigureAwait(false);
            return (StatusText.CopyPaused(move.Target.Name, paused.Order.At, move.Source), null);
        }

        // The turn is asked for when little is left, not for as long as the copy takes; and then a last pass is made with it.
        var (wait, impossible) = await PassesAsync(move, Close, cancel).ConfigureAwait(false);
        if (wait is not null || impossible is not null)
            return (wait, impossible);
        if (cutOver is CutOver.Later later)
            return (await AppointAsync(move, later, cancel).ConfigureAwait(false), null);
        return await TurnAsync(TurnKind.Stop, $"to switch to {move.Target.Name}", StatusText.StillServing(move.Source), cancel)
            .ConfigureAwait(false) is { } turn
            ? (turn, null)
            : await PassesAsync(move, Fresh, cancel).ConfigureAwait(false);
    }

    private async Task<(UnitStatus? Wait, string? Impossible)> PassesAsync(Undertaking.Moving move, TimeSpan fresh, CancellationToken cancel) =>
        await FollowAsync(move, fresh, cancel).ConfigureAwait(false) switch
        {
            CopyState.UnderWay copying => (StatusText.Copying(move.Target.Name, copying.Progress, isDown: false), null),
            CopyState.Ended ended => (StatusText.CopyEnded(move.Target.Name, ended.Unit, move.Source), null),
            CopyState.Impossible no => (null, no.Why),
            CopyState.Followed => (null, null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>What it waits for; or whether it dies, and then loses nothing by a copy at rest; or neither: it serves.</summary>
    private async Task<(UnitStatus? Wait, bool IsDead)> StartSourceAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        if (Seen.Orders.CutOver is not null)
            return (null, IsDead: true); // whoever ordered that does not wait for it
        if (await TurnAsync(TurnKind.Start, "to start", "Cassandra is down", cancel).ConfigureAwait(false) is { } waits)
            return (waits, IsDead: false);
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

    private async Task<CopyState> FollowAsync(Undertaking.Moving move, TimeSpan fresh, CancellationToken cancel)
    {
        try
        {
            var record = await Volumes.ReadRecordAsync(move.Target, cancel).ConfigureAwait(false);
            if (record is not { State: RecordState.Incoming } || record.CopyId != move.CopyId)
                await MarkIncomingAsync(move, cancel).ConfigureAwait(false);
            else
                // It may have been published, and cut off before its record said so: nothing is copied beside it.
                await Volumes.ReopenIncomingAsync(move.Target, cancel).ConfigureAwait(false);
            return await Machine.LongWork.FollowAsync(move, Seen.Settings.MigrationRateLimit, fresh, Seen.Orders.CutOver?.At, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (Conductor.IsOfTheWorld(failure))
        {
            return new CopyState.Impossible(failure.Message, (failure as EffectFailedException)?.Remedy ?? "");
        }
    }

    private async Task<UnitStatus> AppointAsync(Undertaking.Moving move, CutOver.Later later, CancellationToken cancel)
    {
        var opensIn = later.Opens - Now;
        await Machine.LongWork.CallBackAfterAsync(opensIn < Close ? opensIn : Close, cancel).ConfigureAwait(false);
        return StatusText.CutOverWaits(move.Target.Name, later.Opens, move.Source);
    }
}
