using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Steps;

/// <summary>Deletes old data that was copied on. The intent first, then a mark on the data itself, then the data.</summary>
internal sealed class Purging(IMachine machine, Observation seen) : Step(machine, seen)
{
    /// <summary>Runs or resumes it.</summary>
    internal async Task RunAsync(Place old, CancellationToken cancel)
    {
        var work = Journal.Purging ?? new Purge(old, Machine.Clock.NewGuid());
        await SaveAsync(Journal with { Purging = work }, cancel).ConfigureAwait(false);
        await Machine.FulfilAsync(OrderKind.Purge, cancel).ConfigureAwait(false);
        await Machine.ReportAsync(StatusText.Purging(old, Journal.Served!), cancel).ConfigureAwait(false);
        await ProveServingAsync(cancel).ConfigureAwait(false);
        if (old is Place.OnVolume volume)
            await PurgeVolumeAsync(volume, work, cancel).ConfigureAwait(false);
        else
            await Node.PurgeAsync(old, cancel).ConfigureAwait(false);
        await SaveAsync(Journal with
        {
            Purging = null,
            Ancestors = [.. Journal.Ancestors.Where(name => name != old.Name)],
        }, cancel).ConfigureAwait(false);
    }

    /// <summary>The last proof: the node answers now, and is the one whose old data goes.</summary>
    private async Task ProveServingAsync(CancellationToken cancel)
    {
        var node = await Node.IdentifyAsync(cancel).ConfigureAwait(false);
        if (node.HostId is null || node.HostId != Journal.Node.HostId)
            throw new EffectFailedException(
                $"the node says it is {node.HostId?.ToString() ?? "nobody"}, expected {Journal.Node.HostId}; nothing was deleted",
                "look at the node before anything else");
    }

    private async Task PurgeVolumeAsync(Place.OnVolume volume, Purge work, CancellationToken cancel)
    {
        await MountAsync(volume, cancel).ConfigureAwait(false);
        // Mounting may have replayed a log: what counts is what the record says now.
        var record = await Volumes.ReadRecordAsync(volume, cancel).ConfigureAwait(false)
                     ?? throw new EffectFailedException($"{volume.VolumeId} has lost its record; nothing was deleted", "look at it before anything else");
        if (record.State != RecordState.Initialising)
        {
            if (!Deciding.Purging.IsBegun(work, record) && Deciding.Purging.WhyNotOld(Seen, record) is { } why)
                throw new EffectFailedException($"{why}; nothing was deleted", "look at the volume before anything else");
            await EmptyAsync(volume, work.Mark, cancel).ConfigureAwait(false);
        }

        await LetGoAsync(volume, cancel).ConfigureAwait(false);
    }
}
