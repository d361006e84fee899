using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.EntryPoints;
using Cassandra.Charm.State;
using Serilog;

namespace Cassandra.Charm.Service;

/// <summary>One beat: the record of the serving volume says that its node lives now.</summary>
internal sealed class Heartbeat(StatePaths paths, IClock clock, IVolumes volumes, INode node, ILogger log)
{
    /// <summary>Writes it where this unit's node lives and serves from the volume; otherwise, or while a hook works, nothing.</summary>
    public async Task<int> BeatAsync(CancellationToken stop)
    {
        using var held = await StateLock.TryTakeAsync(paths.Lock, "heartbeat", TimeSpan.Zero, stop).ConfigureAwait(false);
        var journal = held is null ? null : JournalFile.Read(paths.Journal);
        if (journal is not { Served: Place.OnVolume place })
            return 0;
        if ((await node.LookAsync(journal, stop).ConfigureAwait(false)).State is NodeState.Stopped or NodeState.NotInstalled)
            return 0;
        try
        {
            var record = await volumes.ReadRecordAsync(place, stop).ConfigureAwait(false);
            if (record is { State: RecordState.Serving } && record.Owner == journal.Owner)
                await volumes.WriteRecordAsync(place, record with { Heartbeat = clock.Now }, stop).ConfigureAwait(false);
        }
        catch (EffectFailedException failure)
        {
            log.Warning("no heartbeat on {Volume:l}: {Why:l}", place.VolumeId, failure.Message);
        }

        return 0;
    }
}
