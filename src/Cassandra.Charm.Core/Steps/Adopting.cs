using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Steps;

/// <summary>Stop what serves and serve from the data that is already on a volume.</summary>
internal sealed class Adopting(IMachine machine, Observation seen) : Step(machine, seen)
{
    private readonly Starting _starting = new(machine, seen);

    /// <summary>Begins an adoption.</summary>
    internal Task<UnitStatus?> BeginAsync(Place.OnVolume target, VolumeRecord? found, string serial, CancellationToken cancel)
    {
        var record = (found ?? Unrecorded(target, serial)) with
        {
            VolumeId = target.VolumeId,
            DiskSerial = serial,
            CopyId = null,
            // Newer than everything that served here before: whatever is mapped again later is not taken for the truth.
            Generation = Math.Max(Journal.Generation, found?.Generation ?? 0) + 1,
        };
        return RunAsync(new Undertaking.Adopting(target, record, AdoptPhase.Taking)
        {
            Entry = Seen.Entry,
            Since = Now,
            Found = found,
            Previous = Journal.Served is Place.OnVolume v && v.Filesystem == target.Filesystem ? null : Journal.Served,
        }, cancel);
    }

    /// <summary>Runs or resumes it; null when it is done, else what it waits for.</summary>
    internal async Task<UnitStatus?> RunAsync(Undertaking.Adopting work, CancellationToken cancel)
    {
        if (work.Phase == AdoptPhase.Taking)
        {
            await SaveAsync(Journal with { Undertaking = work }, cancel).ConfigureAwait(false);
            if (await TurnAsync(work, cancel).ConfigureAwait(false) is { } waits)
                return waits;
            work = await TakeAsync(work, cancel).ConfigureAwait(false);
        }

        await MountAsync(work.Target, cancel).ConfigureAwait(false);
        var outcome = await _starting.LiftAndStartAsync(work.Target, cancel).ConfigureAwait(false);
        if (outcome is StartOutcome.Died { Stored: { } stored } && Learn(stored) is { } learnt)
        {
            await SaveAsync(Journal with { Node = learnt }, cancel).ConfigureAwait(false);
            return null;
        }

        return outcome switch
        {
            StartOutcome.Answers => await FinishAsync(work, cancel).ConfigureAwait(false),
            StartOutcome.StillStarting s => await _starting.StillAsync(StatusText.Switching(work.Target.Name, s.Doing), cancel)
                .ConfigureAwait(false),
            StartOutcome.Died d => StatusText.NodeDied(work.Target, d.Reason, d.MayHaveServed ? null : work.Previous),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private Task<UnitStatus?> TurnAsync(Undertaking.Adopting work, CancellationToken cancel) =>
        Seen.Node.State is NodeState.Serving or NodeState.Unresponsive
            ? TurnAsync(TurnKind.Stop, $"to serve from {work.Target.Name}", StatusText.StillServing(Journal.Served), cancel)
            : TurnAsync(TurnKind.Start, $"to start on {work.Target.Name}", "Cassandra is down", cancel);

    private async Task<Undertaking.Adopting> TakeAsync(Undertaking.Adopting work, CancellationToken cancel)
    {
        await Machine.ReportAsync(StatusText.Switching(work.Target.Name), cancel).ConfigureAwait(false);
        // What cannot be mounted is found out before anything is stopped.
        await MountAsync(work.Target, cancel).ConfigureAwait(false);
        await Node.HoldAsync($"adopting {work.Target.Name}", cancel).ConfigureAwait(false);
        await Node.StopAsync(cancel).ConfigureAwait(false);
        // The record says whose the data is before anything in it changes: a crash leaves a volume that is ours.
        await Volumes.WriteRecordAsync(work.Target, Claimed(work.Record), cancel).ConfigureAwait(false);
        await Node.UnsealAsync(work.Target, cancel).ConfigureAwait(false);
        var owners = await Node.TakeOwnershipAsync(work.Target, work.Record.Owners, cancel).ConfigureAwait(false);
        await Node.CreateTreeAsync(work.Target, cancel).ConfigureAwait(false);
        await Volumes.WriteRecordAsync(work.Target, Claimed(work.Record) with { Owners = owners }, cancel).ConfigureAwait(false);
        // Only now, for until cassandra.yaml names the target an edit of the map takes it all back.
        await LeavePreviousAsync(work, cancel).ConfigureAwait(false);
        await Node.ConfigureAsync(ConfigurationFor(work.Target, work.Record.Node), cancel).ConfigureAwait(false);
        work = work with { Phase = AdoptPhase.Starting };
        await SaveAsync(Journal with
        {
            LastSwitch = work.Previous is null ? null : new Switch(work.Previous, Journal.Node, Journal.Lineage, Journal.Generation),
            Ancestors = [],
            Release = null,
            EverStarted = true,
            Served = work.Target,
            Node = work.Record.Node,
            Lineage = work.Record.Lineage,
            Generation = work.Record.Generation,
            Undertaking = work,
        }, cancel).ConfigureAwait(false);
        return work;
    }

    /// <summary>What served before stays as it is and can no longer be started: a volume is released, the root disk's tree sealed.</summary>
    private async Task LeavePreviousAsync(Undertaking.Adopting work, CancellationToken cancel)
    {
        switch (work.Previous)
        {
            case Place.RootDisk root:
                await Node.SealAsync(root, work.Target.VolumeId, cancel).ConfigureAwait(false);
                break;
            // As this unit left it: a record that another has written since is not for us to change.
            case Place.OnVolume volume when Seen.Served is VolumeSight.Recorded r && IsStillOurs(r, volume):
                await Volumes.ReleaseAsync(volume,
                    r.Record with { State = RecordState.Released, Since = Now, Heartbeat = null }, cancel).ConfigureAwait(false);
                await Volumes.ForgetMountAsync(volume, cancel).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>
    /// The map no longer names the target. Before its commit point the previous place serves again; after it the target is
    /// what served last, and the table says what the new entry means for it.
    /// </summary>
    internal async Task DropAsync(Undertaking.Adopting work, CancellationToken cancel)
    {
        if (work.Phase == AdoptPhase.Taking)
        {
            await DisclaimAsync(work, cancel).ConfigureAwait(false);
            switch (work.Previous)
            {
                case Place.RootDisk root:
                    await Node.UnsealAsync(root, cancel).ConfigureAwait(false);
                    break;
                case Place.OnVolume volume when Journal.Release is null && IsReleasedByUs(volume):
                    await MountAsync(volume, cancel).ConfigureAwait(false);
                    await MarkAsync(volume, r => r with { State = RecordState.Serving }, cancel).ConfigureAwait(false);
                    break;
            }
        }

        // An order for this volume ends with it; one for the volume that is mapped now has yet to be obeyed.
        if (Seen.Orders.Adopt?.Subject is { } ordered && (ordered == work.Target.VolumeId || ordered == work.Entry))
            await Machine.FulfilAsync(OrderKind.Adopt, cancel).ConfigureAwait(false);
        await SaveAsync(Journal with { Undertaking = null }, cancel).ConfigureAwait(false);
    }

    /// <summary>What was claimed says again what it said: data that is old must not look like the newest.</summary>
    private async Task DisclaimAsync(Undertaking.Adopting work, CancellationToken cancel)
    {
        if (Seen.Target is not VolumeSight.Recorded { Record.State: RecordState.Serving } r || r.Filesystem != work.Target.Filesystem
            || r.Record.Owner != Seen.Self || r.Record.Generation != work.Record.Generation)
            return;
        try
        {
            await MountAsync(work.Target, cancel).ConfigureAwait(false);
            await Volumes.WriteRecordAsync(
                work.Target, work.Found ?? work.Record with { State = RecordState.Released, Generation = 0 }, cancel).ConfigureAwait(false);
            await LetGoAsync(work.Target, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (Conductor.IsOfTheWorld(failure))
        {
            Machine.Note($"{work.Target.VolumeId} could not be given back as it was found: {failure.Message}");
        }
    }

    private bool IsReleasedByUs(Place.OnVolume volume) =>
        Seen.Served is VolumeSight.Recorded { Record.State: RecordState.Released } r && IsStillOurs(r, volume);

    private bool IsStillOurs(VolumeSight.Recorded r, Place.OnVolume volume) =>
        !r.IsClone && r.Filesystem == volume.Filesystem && r.Record.Owner == Seen.Self && r.Record.Generation == Journal.Generation;

    private async Task<UnitStatus?> FinishAsync(Undertaking.Adopting work, CancellationToken cancel)
    {
        if (await _starting.ConfirmAsync(work.Target, cancel).ConfigureAwait(false) is { } conflict)
            return conflict;
        await FulfilAdoptionAsync(cancel).ConfigureAwait(false);
        await SaveAsync(Journal with { Undertaking = null, Watch = null }, cancel).ConfigureAwait(false);
        return null;
    }

    /// <summary>Data without a record tells its names only when a start fails on them; null where nothing new was learnt.</summary>
    private NodeIdentity? Learn(NodeIdentity stored)
    {
        var known = Journal.Node;
        var learnt = known with
        {
            ClusterName = stored.ClusterName.Length > 0 && Seen.Settings.ClusterName.Length == 0 ? stored.ClusterName : known.ClusterName,
            Datacenter = stored.Datacenter.Length > 0 && Seen.Settings.Datacenter.Length == 0 ? stored.Datacenter : known.Datacenter,
            Rack = stored.Rack.Length > 0 && Seen.Settings.Rack.Length == 0 ? stored.Rack : known.Rack,
        };
        return learnt == known ? null : learnt;
    }

    private VolumeRecord Claimed(VolumeRecord record) => record with
    {
        State = RecordState.Serving,
        Owner = Seen.Self,
        Since = Now,
        SupersededBy = "",
        Heartbeat = null,
    };

    private VolumeRecord Unrecorded(Place.OnVolume target, string serial) => new()
    {
        VolumeId = target.VolumeId,
        DiskSerial = serial,
        State = RecordState.Serving,
        Lineage = Machine.Clock.NewGuid(),
        Generation = 1,
        Owner = Seen.Self,
        Subdirectory = target.Subdirectory,
        Since = Now,
    };
}
