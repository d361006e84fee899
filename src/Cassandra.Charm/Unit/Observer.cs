using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Juju;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Ring;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Unit;

/// <summary>
/// Gathers what a decision rests on. Hook tools are asked once a run, and only those that the answer needs: they cost
/// more than all the rest (dotnet-practice section 2).
/// </summary>
internal sealed class Observer(
    HookContext context, UnitOptions options, AttachedPackage package, HookTools juju, IVolumes volumes, INode node, IInstallation installation,
    JournalFile journal, OrderFiles orders, BlankFindings findings, PeerRing ring, IClock clock)
{
    private string? _address;
    private IReadOnlySet<string>? _units;

    /// <summary>The machine as it is now.</summary>
    public Task<Observation> LookAsync(Occasion occasion, CancellationToken cancel) =>
        LookAsync(occasion, orders.Read(), cancel);

    /// <summary>The machine as it is now, with these orders instead of those that stand.</summary>
    public async Task<Observation> LookAsync(Occasion occasion, Orders given, CancellationToken cancel)
    {
        var known = journal.Exists ? journal.Current : null;
        var sight = await node.LookAsync(known, cancel).ConfigureAwait(false);
        var installed = sight.State != NodeState.NotInstalled && installation.IsComplete(options.Settings, package.LastHeard());
        var sights = await LookAtVolumesAsync(given, cancel).ConfigureAwait(false);
        var address = await AddressAsync(sight, sights, cancel).ConfigureAwait(false);
        return new Observation
        {
            Occasion = occasion,
            Self = context.Identity,
            Settings = options.Settings,
            SettingsProblem = options.Problem,
            Assignment = options.Assignment,
            Journal = journal.Current,
            Orders = given,
            IsInstalled = installed,
            Node = sight,
            Assigned = sights.Assigned,
            Served = sights.Served,
            Target = sights.Target,
            Previous = sights.Previous,
            Old = sights.Old,
            Units = await UnitsAsync(sights.Assigned, cancel).ConfigureAwait(false),
            IsContainer = SystemContainer.IsThis,
            Uptime = clock.Uptime,
            BootId = clock.BootId,
            Address = address,
            Seeds = ring.SeedAddresses(address),
            Zone = context.AvailabilityZone,
        };
    }

    /// <summary>The volumes that matter, each looked at once.</summary>
    private async Task<VolumeSights> LookAtVolumesAsync(Orders given, CancellationToken cancel)
    {
        var assigned = options.Assignment is Assignment.Volume v ? v.Id : (VolumeId?)null;
        var seen = new Dictionary<string, VolumeSight>(StringComparer.Ordinal);
        async Task<VolumeSight?> Of(VolumeId? id)
        {
            if (id is not { } volume)
                return null;
            if (seen.TryGetValue(volume.Text, out var before))
                return before;
            // The service that reads the disk holds it exclusively: to look would be to find it busy.
            return seen[volume.Text] = findings.UnderWay(volume) as VolumeSight ?? await volumes.LookAsync(volume, RequestFor(volume), cancel).ConfigureAwait(false);
        }

        var first = await Of(assigned).ConfigureAwait(false);
        return new VolumeSights(
            first,
            SameOr(first, PlaceOf(journal.Current.Served)) ?? await Of(IdOf(journal.Current.Served)).ConfigureAwait(false),
            SameOr(first, TargetOf(journal.Current.Undertaking)) ?? await Of(IdOf(TargetOf(journal.Current.Undertaking))).ConfigureAwait(false),
            given.Rollback is null && journal.Current.Undertaking is not Undertaking.GoingBack
                ? null
                : await Of(IdOf(journal.Current.LastSwitch?.From)).ConfigureAwait(false),
            await Of(journal.Current.Purging is { } purging ? IdOf(purging.Old) : SubjectOf(given.Purge)).ConfigureAwait(false));
    }

    /// <summary>Each volume that matters; null where there is none such.</summary>
    private sealed record VolumeSights(VolumeSight? Assigned, VolumeSight? Served, VolumeSight? Target, VolumeSight? Previous, VolumeSight? Old);

    private static VolumeId? SubjectOf(Order? order) => VolumeId.TryParse(order?.Subject, out var id) ? id : null;

    /// <summary>Entries are compared by what they resolve to, never by text: two spellings may name one volume.</summary>
    private static VolumeSight? SameOr(VolumeSight? sight, Place.OnVolume? place) =>
        place is not null && sight is VolumeSight.Recorded r && r.Filesystem == place.Filesystem ? sight : null;

    private static Place.OnVolume? PlaceOf(Place? place) => place as Place.OnVolume;

    private static Place.OnVolume? TargetOf(Undertaking? work) => work switch
    {
        Undertaking.Moving m => m.Target,
        Undertaking.Adopting a => a.Target,
        _ => null,
    };

    /// <summary>
    /// A place is found again by the entry that led to it: a path of the map is not the volume's name.
    /// </summary>
    private static VolumeId? IdOf(Place? place)
    {
        if (place is not Place.OnVolume volume)
            return null;
        foreach (var text in new[] { volume.Entry, volume.VolumeId })
            if (VolumeId.TryParse(text, out var id))
                return id;
        return null;
    }

    private LookRequest RequestFor(VolumeId id) => new()
    {
        Intent = Intent(id),
        Growing = journal.Current.Growing,
        ClaimedByOthers = options.ClaimedByOthers,
        DevRegexp = options.Settings.VolumeDevRegexp,
        BlankCheck = options.Settings.VolumeBlankCheck,
        Finding = findings.Read(),
    };

    private Undertaking.Preparing? Intent(VolumeId id) =>
        journal.Current.Undertaking is Undertaking.Preparing p && p.Volume == id.Name
            ? p
            : journal.Current.LeftHalfMade.FirstOrDefault(l => l.Volume == id.Name);

    /// <summary>Who is in the application matters only where another unit's record claims the volume.</summary>
    private async Task<IReadOnlySet<string>?> UnitsAsync(VolumeSight? assigned, CancellationToken cancel)
    {
        if (assigned is not VolumeSight.Recorded { Record.State: RecordState.Serving } r || r.Record.Owner == context.Identity)
            return null;
        return _units ??= (await juju.Application.UnitsAsync(cancel).ConfigureAwait(false)).Select(u => u.Name).ToHashSet();
    }

    /// <summary>The address matters only where the node may have to be configured: not where it serves what the map says.</summary>
    private async Task<string> AddressAsync(
        NodeSight sight, VolumeSights sights, CancellationToken cancel) =>
        sight.State == NodeState.Serving && journal.Current.Undertaking is null
        && (sights.Assigned is null or VolumeSight.NotAttached || ReferenceEquals(sights.Assigned, sights.Served))
        && context.Trigger is Trigger.Hook { Event: HookEvent.UpdateStatus }
            ? ""
            : _address ??= await juju.Network.AddressAsync(cancel).ConfigureAwait(false) ?? "";
}
