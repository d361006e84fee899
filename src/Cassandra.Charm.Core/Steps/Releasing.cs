using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Steps;

/// <summary>The volume that serves is left, as ordered: the node down for good, the filesystem unmounted, the record saying so.</summary>
internal sealed class Releasing(IMachine machine, Observation seen) : Step(machine, seen)
{
    /// <summary>Runs or resumes it. A busy volume is neither forced nor marked; the next hook tries again.</summary>
    internal async Task RunAsync(Place.OnVolume place, VolumeRecord? record, CancellationToken cancel)
    {
        var release = Journal.Release ?? new Release(Seen.Entry, Now);
        await SaveAsync(Journal with { Release = release }, cancel).ConfigureAwait(false);
        await WithdrawAsync(cancel).ConfigureAwait(false);
        await Machine.ReportAsync(UnitStatus.Maintenance($"stopping Cassandra to release {place.VolumeId}"), cancel).ConfigureAwait(false);
        await Machine.LongWork.StopAsync(cancel).ConfigureAwait(false);
        // Stays: without it a reboot, or a hand, would start the node on the volume again.
        await Node.HoldAsync($"{place.VolumeId} is released", cancel).ConfigureAwait(false);
        await Node.StopAsync(cancel).ConfigureAwait(false);
        await UnmountAsync(place, cancel).ConfigureAwait(false);
        // The unit goes before the mark: "may be detached" is also true of the next boot.
        await Volumes.ForgetMountAsync(place, cancel).ConfigureAwait(false);
        if (record is null)
            return;
        await Volumes.ReleaseAsync(place, record with { State = RecordState.Released, Since = Now, Heartbeat = null }, cancel).ConfigureAwait(false);
        await SaveAsync(Journal with { Release = release with { IsMarked = true } }, cancel).ConfigureAwait(false);
    }

    /// <summary>The order is in the journal now; an older one to adopt this very volume is overtaken by it.</summary>
    private async Task WithdrawAsync(CancellationToken cancel)
    {
        if (Seen.Orders is { Release: { } release, Adopt: { } adopt } && adopt.At <= release.At)
            await FulfilAdoptionAsync(cancel).ConfigureAwait(false);
        await Machine.FulfilAsync(OrderKind.Release, cancel).ConfigureAwait(false);
    }

    private async Task UnmountAsync(Place.OnVolume place, CancellationToken cancel)
    {
        try
        {
            await Volumes.UnmountAsync(place, cancel).ConfigureAwait(false);
        }
        catch (EffectFailedException busy)
        {
            throw new EffectFailedException($"not released yet, {busy.Message}; Cassandra is down",
                busy.Remedy.Length == 0 ? "" : $"{busy.Remedy}; the next hook goes on", busy);
        }
    }
}
