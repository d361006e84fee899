using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Steps;

/// <summary>
/// From a place that took over and never opened a port back to the one that served before. At every instant the old place
/// is the truth: nothing that anybody was promised is anywhere else.
/// </summary>
internal sealed class GoingBack(IMachine machine, Observation seen) : Step(machine, seen)
{
    /// <summary>Runs or resumes it.</summary>
    internal async Task RunAsync(Undertaking.GoingBack work, CancellationToken cancel)
    {
        var (target, back) = (work.Target, work.Switch);
        work = work.Since == default ? work with { Since = Now } : work;
        await SaveAsync(Journal with { Undertaking = work }, cancel).ConfigureAwait(false);
        await Machine.FulfilAsync(OrderKind.Rollback, cancel).ConfigureAwait(false);
        // An order that led here has been obeyed: it must not lead here again.
        await FulfilAdoptionAsync(cancel).ConfigureAwait(false);
        await Machine.ReportAsync(StatusText.Switching(back.From.Name,
            $"back, {(work.Failure.Length == 0 ? "as ordered" : $"Cassandra did not come up on {target.Name}")}"), cancel).ConfigureAwait(false);
        await Node.HoldAsync($"going back to {back.From.Name}", cancel).ConfigureAwait(false);
        await Node.StopAsync(cancel).ConfigureAwait(false);
        await AbandonAsync(target, back.From, cancel).ConfigureAwait(false);
        await MountAsync(back.From, cancel).ConfigureAwait(false);
        await Node.ConfigureAsync(NodeConfigurationOf(back), cancel).ConfigureAwait(false);
        await Node.UnsealAsync(back.From, cancel).ConfigureAwait(false);
        // Newer than the copy, also where that could not be marked.
        await MarkAsync(back.From, r => r with { State = RecordState.Serving, SupersededBy = "", Generation = work.Generation }, cancel)
            .ConfigureAwait(false);
        await SaveAsync(Journal with
        {
            Served = back.From,
            Node = back.Node,
            Lineage = back.Lineage,
            Generation = work.Generation,
            Undertaking = null,
            LastSwitch = null,
            Ancestors = [.. Journal.Ancestors.Where(name => name != back.From.Name)],
            Failed = [.. Journal.Failed.Where(f => f.Volume != target.VolumeId),
                new FailedTarget(target.VolumeId, work.Failure, Now) { ByOrder = work.Failure.Length == 0 }],
        }, cancel).ConfigureAwait(false);
        await Node.LiftHoldAsync(cancel).ConfigureAwait(false);
        await LetGoAsync(target, cancel).ConfigureAwait(false);
    }

    private NodeConfiguration NodeConfigurationOf(Switch back) =>
        Configuration.NodeConfigurations.For(Seen, back.From, back.Node, back.Lineage);

    /// <summary>A target that has failed must not keep the old place down.</summary>
    private async Task AbandonAsync(Place.OnVolume target, Place serving, CancellationToken cancel)
    {
        try
        {
            await MountAsync(target, cancel).ConfigureAwait(false);
            await MarkAsync(target, r => r with { State = RecordState.Abandoned, SupersededBy = serving.Name, Heartbeat = null }, cancel)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (Conductor.IsOfTheWorld(failure))
        {
            Machine.Note($"{target.VolumeId} could not be marked as abandoned: {failure.Message}");
        }
    }
}
