using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Rings;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Steps;

/// <summary>What all programs of steps share: the machine, what was observed, the journal.</summary>
internal abstract class Step(IMachine machine, Observation seen)
{
    /// <summary>How long a hook waits for work that goes on outside it.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    protected IMachine Machine => machine;

    protected Observation Seen => seen;

    protected IVolumes Volumes => machine.Volumes;

    protected INode Node => machine.Node;

    protected Journal Journal => machine.Journal.Current;

    protected DateTimeOffset Now => machine.Clock.Now;

    /// <summary>A hook waits a while; a unit that goes waits until it is done, for nobody will come back.</summary>
    protected TimeSpan PatienceNow => seen.Occasion == Occasion.Converge ? Patience : TimeSpan.FromHours(24);

    /// <summary>What is waited for before a node may be stopped, or started; null where it may now. A unit that goes waits for nobody.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="why">For the status line: <c>to switch to vol-1</c>.</param>
    /// <param name="meanwhile">What is so until then.</param>
    /// <param name="cancel">Ends the question.</param>
    protected async Task<UnitStatus?> TurnAsync(TurnKind kind, string why, string meanwhile, CancellationToken cancel) =>
        seen.Occasion != Occasion.Converge ? null : await machine.Turns.AskAsync(kind, why, cancel).ConfigureAwait(false) switch
        {
            TurnStanding.Goes => null,
            TurnStanding.Waits waits => StatusText.TurnWaits(why, waits.For, meanwhile),
            TurnStanding.HandsBack back => StatusText.TurnWaits(why, back.For, meanwhile),
            TurnStanding.Halted halted => StatusText.RollHalted(why, halted.Halt, meanwhile),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    protected Task SaveAsync(Journal journal, CancellationToken cancel) => machine.Journal.SaveAsync(journal, cancel);

    protected Task MountAsync(Place place, CancellationToken cancel) => place is Place.OnVolume volume
        ? Volumes.MountAsync(volume, seen.Settings.VolumeMountOptions, cancel)
        : Task.CompletedTask;

    /// <summary>Writes the record of a place that has one: the root disk has none.</summary>
    protected async Task MarkAsync(Place place, Func<VolumeRecord, VolumeRecord> change, CancellationToken cancel)
    {
        if (place is not Place.OnVolume volume)
            return;
        var record = await Volumes.ReadRecordAsync(volume, cancel).ConfigureAwait(false)
                     ?? throw new EffectFailedException($"{volume.VolumeId} has lost its record ({volume.RecordPath})",
                         "do not write to the volume; look at it before anything else");
        await Volumes.WriteRecordAsync(volume, change(record) with { Since = Now, Owner = seen.Self }, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>A volume that does not serve is unmounted, so that it can be detached; a busy one is left as it is.</summary>
    protected async Task LetGoAsync(Place place, CancellationToken cancel)
    {
        if (place is not Place.OnVolume volume)
            return;
        try
        {
            await Volumes.UnmountAsync(volume, cancel).ConfigureAwait(false);
            await Volumes.ForgetMountAsync(volume, cancel).ConfigureAwait(false);
        }
        catch (EffectFailedException busy)
        {
            Machine.Note($"{volume.VolumeId} stays mounted: {busy.Message}");
        }
    }

    /// <summary>
    /// Makes a mounted volume an empty one. What goes is first marked, durably, as a copy that is never adopted, then given
    /// the name of one: a tree that is half gone cannot be mistaken for data, by this charm or another.
    /// </summary>
    /// <param name="place">The volume.</param>
    /// <param name="mark">Stands as copy id in the record meanwhile.</param>
    /// <param name="cancel">Ends it; a resume goes on.</param>
    protected async Task EmptyAsync(Place.OnVolume place, Guid? mark, CancellationToken cancel)
    {
        await MarkAsync(place, r => r with { State = RecordState.Incoming, CopyId = mark }, cancel).ConfigureAwait(false);
        await Volumes.ReopenIncomingAsync(place, cancel).ConfigureAwait(false);
        await Volumes.DiscardIncomingAsync(place, cancel).ConfigureAwait(false);
        await MarkAsync(place, r => FirstRecord(r.VolumeId, r.DiskSerial), cancel).ConfigureAwait(false);
    }

    /// <summary>From here on the target holds this copy, unfinished, and its record says so.</summary>
    protected async Task MarkIncomingAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        await MarkAsync(move.Target, r => r with
        {
            State = RecordState.Incoming,
            CopyId = move.CopyId,
            Lineage = Journal.Lineage ?? r.Lineage,
            Node = Journal.Node,
            Subdirectory = move.Target.Subdirectory,
        }, cancel).ConfigureAwait(false);
        await Volumes.ReopenIncomingAsync(move.Target, cancel).ConfigureAwait(false);
    }

    /// <summary>The record of a volume that holds no data.</summary>
    protected VolumeRecord FirstRecord(string volume, string serial) => new()
    {
        VolumeId = volume,
        DiskSerial = serial,
        State = RecordState.Initialising,
        Lineage = Journal.Lineage ?? Guid.Empty,
        Generation = 0,
        Owner = seen.Self,
        Since = Now,
    };

    /// <summary>An order to adopt holds for one volume once, the one that the map names.</summary>
    protected Task FulfilAdoptionAsync(CancellationToken cancel) =>
        seen.Assignment is Assignment.Volume mapped && seen.Orders.Adopt?.Subject == mapped.Id.Name
            ? machine.FulfilAsync(OrderKind.Adopt, cancel)
            : Task.CompletedTask;

    protected NodeConfiguration ConfigurationFor(Place place, NodeIdentity node) =>
        NodeConfigurations.For(seen, place, node, Journal.Lineage);
}
