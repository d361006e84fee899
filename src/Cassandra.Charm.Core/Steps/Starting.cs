using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Steps;

/// <summary>Founding, starting and confirming the node.</summary>
internal sealed class Starting(IMachine machine, Observation seen) : Step(machine, seen)
{
    /// <summary>The first start of this node, with empty directories.</summary>
    internal async Task<UnitStatus?> FoundAsync(Place place, CancellationToken cancel)
    {
        if (await TurnAsync(TurnKind.Start, "to start", "Cassandra has not been started", cancel).ConfigureAwait(false) is { } waits)
            return waits;
        await MountAsync(place, cancel).ConfigureAwait(false);
        await Node.CreateTreeAsync(place, cancel).ConfigureAwait(false);
        var node = NodeConfigurations.Founding(Seen);
        var lineage = Journal.Lineage ?? Machine.Clock.NewGuid();
        // The record is this unit's before the journal relies on it: a crash in between leaves an empty volume, as before.
        await MarkAsync(place, r => r with { Lineage = lineage }, cancel).ConfigureAwait(false);
        await SaveAsync(Journal with
        {
            EverStarted = true,
            Served = place,
            Node = node,
            Lineage = lineage,
            Generation = 1,
        }, cancel).ConfigureAwait(false);
        await MarkAsync(place, r => r with
        {
            State = RecordState.Serving,
            Generation = 1,
            Node = node,
        }, cancel).ConfigureAwait(false);
        return await StartAsync(place, cancel).ConfigureAwait(false);
    }

    /// <summary>Starts the node where it last served; null when it answers.</summary>
    internal async Task<UnitStatus?> StartAsync(Place place, CancellationToken cancel)
    {
        if (await TurnAsync(TurnKind.Start, "to start", "Cassandra is down", cancel).ConfigureAwait(false) is { } waits)
            return waits;
        await Machine.ReportAsync(StatusText.Starting(place), cancel).ConfigureAwait(false);
        await MountAsync(place, cancel).ConfigureAwait(false);
        return await SettledAsync(place, await LiftAndStartAsync(place, cancel).ConfigureAwait(false), cancel)
            .ConfigureAwait(false);
    }

    /// <summary>The node lives already: waits for its answer, and makes sure who answers.</summary>
    internal async Task<UnitStatus?> AwaitAsync(Place place, CancellationToken cancel) =>
        await SettledAsync(place, await Node.AwaitAsync(PatienceNow, cancel).ConfigureAwait(false), cancel)
            .ConfigureAwait(false);

    /// <summary>
    /// Starts with the options as they are now: one of them may be the cure for what the last start died of. Nothing but
    /// the charm's own hold is lifted; the guard still judges the start.
    /// </summary>
    internal async Task<StartOutcome> LiftAndStartAsync(Place place, CancellationToken cancel)
    {
        await Node.ConfigureAsync(ConfigurationFor(place, Journal.Node), cancel).ConfigureAwait(false);
        await Node.LiftHoldAsync(cancel).ConfigureAwait(false);
        return await Node.StartAsync(PatienceNow, cancel).ConfigureAwait(false);
    }

    /// <summary>Leaves a node that takes its time to itself, and has the unit called back.</summary>
    internal async Task<UnitStatus> StillAsync(UnitStatus status, CancellationToken cancel)
    {
        await Machine.LongWork.CallBackWhenNodeSettlesAsync(cancel).ConfigureAwait(false);
        return status;
    }

    /// <summary>
    /// Asks the node who it is and compares with what it must be; remembers it in journal and record. Null when all is
    /// well; otherwise the node is down again and held.
    /// </summary>
    internal async Task<UnitStatus?> ConfirmAsync(Place place, CancellationToken cancel)
    {
        var node = await Node.IdentifyAsync(cancel).ConfigureAwait(false);
        if (Journal.Node.HostId is { } expected && node.HostId != expected)
        {
            var why = $"Cassandra came up on {place.Name} as node {node.HostId}, expected {expected}";
            await Node.HoldAsync("another host id", cancel).ConfigureAwait(false);
            await Machine.HoldAsync(why, cancel).ConfigureAwait(false);
            await Node.StopAsync(cancel).ConfigureAwait(false);
            return UnitStatus.Blocked(
                $"{why}; it was stopped, and the charm is on hold; look at the data before you run the action resume");
        }

        await SaveAsync(Journal with
        {
            Node = node,
            LastSwitch = Journal.LastSwitch is { IsConfirmed: false } last ? last with { IsConfirmed = true } : Journal.LastSwitch,
        }, cancel).ConfigureAwait(false);
        await MarkAsync(place, r => r with { Node = node, State = RecordState.Serving, Owners = ServiceOwners }, cancel)
            .ConfigureAwait(false);
        if (place is Place.OnVolume)
            await Machine.LongWork.KeepHeartbeatAsync(cancel).ConfigureAwait(false);
        await Node.CloseStartAsync(cancel).ConfigureAwait(false);
        return null;
    }

    private OwnerIds? ServiceOwners => Node.ServiceOwner;

    private async Task<UnitStatus?> SettledAsync(Place place, StartOutcome outcome, CancellationToken cancel) => outcome switch
    {
        StartOutcome.Answers => await ConfirmAsync(place, cancel).ConfigureAwait(false),
        StartOutcome.StillStarting s => await StillAsync(StatusText.Starting(place, s.Doing), cancel).ConfigureAwait(false),
        StartOutcome.Died d => StatusText.NodeDied(place, d.Reason),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
