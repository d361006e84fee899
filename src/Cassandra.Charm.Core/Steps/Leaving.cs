using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Steps;

/// <summary>The unit goes.</summary>
internal sealed class Leaving(IMachine machine, Observation seen) : Step(machine, seen)
{
    /// <summary>Stops the node and leaves its volume unmounted and marked released; a busy one is neither forced nor marked.</summary>
    internal async Task LeaveAsync(Place? place, VolumeRecord? record, CancellationToken cancel)
    {
        await Machine.ReportAsync(UnitStatus.Maintenance("stopping Cassandra"), cancel).ConfigureAwait(false);
        await Machine.LongWork.StopAsync(cancel).ConfigureAwait(false);
        await Node.HoldAsync("the unit is being removed", cancel).ConfigureAwait(false);
        await Node.StopAsync(cancel).ConfigureAwait(false);
        if (place is Place.OnVolume volume)
        {
            await Volumes.UnmountAsync(volume, cancel).ConfigureAwait(false);
            if (record is not null)
                await Volumes.ReleaseAsync(volume,
                    record with { State = RecordState.Released, Since = Now, Heartbeat = null }, cancel).ConfigureAwait(false);
        }

        if (Journal.Undertaking is Undertaking.Moving move)
            await Volumes.UnmountAsync(move.Target, cancel).ConfigureAwait(false);
    }

    /// <summary>Removes every unit, rule and job of ours; volumes and data stay.</summary>
    internal async Task ForgetAsync(CancellationToken cancel)
    {
        await Node.ForgetAsync(cancel).ConfigureAwait(false);
        await Volumes.ForgetAllMountsAsync(cancel).ConfigureAwait(false);
        await Machine.LongWork.ForgetAsync(cancel).ConfigureAwait(false);
    }
}
