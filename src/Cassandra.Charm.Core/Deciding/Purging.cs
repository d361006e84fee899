using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>
/// Deleting old data: only what was copied on to the place that serves now, and only while that place serves. The rules
/// one after the other; the first that objects gives the reason.
/// </summary>
internal static class Purging
{
    /// <summary>The directory of the root disk's data, as the action names it.</summary>
    internal static readonly string RootPath = new Place.RootDisk().DataRoot;

    internal static OrderVerdict Judge(Observation o, string subject) =>
        (WhyNotNow(o) ?? (subject == RootPath ? WhyNotRoot(o) : WhyNotVolume(o, subject))) is { } why
            ? new OrderVerdict.Refused($"{why}; nothing is deleted")
            : new OrderVerdict.Allowed(subject == RootPath
                ? $"the old data in {RootPath} is deleted; Cassandra goes on serving from {o.Journal.Served!.Name}"
                : $"the old data on {subject} is deleted, and the volume is then an empty filesystem that may be mapped again or detached; "
                    + $"Cassandra goes on serving from {o.Journal.Served!.Name}");

    /// <summary>Once all else is at rest: the deletion that was begun goes on, one that is ordered begins.</summary>
    internal static Decision After(Observation o, Decision.Rest rest) => o switch
    {
        { Occasion: not Occasion.Converge } or { Orders.Hold: not null } or { Assignment: Assignment.Invalid } => rest,
        { Journal.Purging: { } begun } => Continued(o, begun, rest),
        { Orders.Purge: { } order } => Judge(o, order.Subject) is OrderVerdict.Refused no
            ? new Decision.Decline(OrderKind.Purge, no.Why)
            : new Decision.Purge(PlaceOf(o, order.Subject)),
        _ => rest,
    };

    /// <summary>Whether a record is of old data that the place that serves has in full.</summary>
    internal static string? WhyNotOld(Observation o, VolumeRecord record) => record switch
    {
        { State: not RecordState.Superseded } => $"its record says {RecordWords.Of(record.State)} by {record.Owner.Unit}, not superseded",
        _ when record.Lineage != o.Journal.Lineage || record.Node.HostId is null || record.Node.HostId != o.Journal.Node.HostId =>
            $"it holds the data of node {record.Node.HostId?.ToString() ?? "unknown"}, {o.Self.Unit} serves node {o.Journal.Node.HostId?.ToString() ?? "unknown"}",
        _ when record.Generation >= o.Journal.Generation =>
            $"its generation {record.Generation} is not older than the {o.Journal.Generation} that serves",
        _ when record.SupersededBy != o.Journal.Served?.Name && !o.Journal.Ancestors.Contains(record.VolumeId) =>
            $"its data was copied on to {record.SupersededBy}, and nothing proves that all of it came to {o.Journal.Served?.Name}",
        _ => null,
    };

    private static string? WhyNotNow(Observation o) => o.Journal switch
    {
        { Undertaking: not null } => "another work on the volumes is under way; wait until it is finished",
        { Purging: { } begun } => $"the old data on {begun.Old.Name} is still being deleted",
        { Served: not Place.OnVolume } => $"{o.Self.Unit} does not serve from a volume, so nothing was superseded",
        { Served: { } place } when o.Node.State != NodeState.Serving || o.Node.StartIsOpen || InPlace.WhyGone(o, place) is not null =>
            $"Cassandra does not serve from {place.Name}; only while the newer data serves is the old deleted",
        { Node.HostId: null } => "the node has not said yet who it is",
        _ => null,
    };

    private static string? WhyNotRoot(Observation o) => o.Node.RootSeal switch
    {
        null => $"{RootPath} carries no seal of the charm: it was never superseded by a move",
        { IsPurged: true } => $"{RootPath} was purged already",
        _ when !o.Journal.Ancestors.Contains(new Place.RootDisk().Name) =>
            $"{RootPath} was left for {o.Node.RootSeal.SupersededBy} and not copied to it: it may be the only copy of its node",
        _ => null,
    };

    private static string? WhyNotVolume(Observation o, string subject)
    {
        if (!VolumeId.TryParse(subject, out var id))
            return $"'{subject}' is neither a volume id nor {RootPath}";
        return o.Old switch
        {
            VolumeSight.Recorded r when r.Filesystem == (o.Journal.Served as Place.OnVolume)?.Filesystem => $"{id.Name} is what {o.Self.Unit} serves from",
            VolumeSight.Recorded r => (WhyNotDeletable(r) ?? WhyNotOld(o, r.Record)) is { } why ? $"{id.Name}: {why}" : null,
            null or VolumeSight.NotAttached => $"{id.Name} is not attached",
            VolumeSight.Several s => s.What,
            VolumeSight.Unusable u => $"{id.Name}: {u.Why}",
            VolumeSight.Foreign f => $"{id.Name} holds {f.What}",
            VolumeSight.Unrecorded => $"{id.Name} holds Cassandra data that carries no record",
            _ => $"{id.Name} holds no data",
        };
    }

    private static string? WhyNotDeletable(VolumeSight.Recorded r) => r switch
    {
        { IsClone: true } => $"it is a clone, written on disk \"{r.Record.DiskSerial}\" and now on disk \"{r.Pin.Serial}\"",
        { Record.Subdirectory.Length: 0 } => "its data lies at the volume's top and not in a directory of its own; empty the volume yourself",
        { HasIncoming: true } => "it holds cassandra.incoming beside its data",
        _ => null,
    };

    private static Decision Continued(Observation o, Purge begun, Decision.Rest rest)
    {
        if (o.Node.State != NodeState.Serving || o.Node.StartIsOpen)
            return rest;
        return begun.Old is Place.RootDisk
            ? o.Node.RootSeal is null ? new Decision.DropPurge($"{RootPath} carries no seal any more") : new Decision.Purge(begun.Old)
            : (o.Old ?? new VolumeSight.NotAttached()) switch
            {
                VolumeSight.NotAttached or VolumeSight.Several or VolumeSight.Unusable => rest,
                VolumeSight.Recorded { IsClone: false } r when r.Filesystem == ((Place.OnVolume)begun.Old).Filesystem && IsOurs(o, begun, r) =>
                    new Decision.Purge(begun.Old),
                _ => new Decision.DropPurge($"{begun.Old.Name} is no longer what was to be purged"),
            };
    }

    /// <summary>As the order found it, or as the deletion left it when it was cut.</summary>
    private static bool IsOurs(Observation o, Purge begun, VolumeSight.Recorded r) =>
        IsBegun(begun, r.Record) || WhyNotOld(o, r.Record) is null
        || r is { Record.State: RecordState.Initialising, HasTree: false, HasIncoming: false } && r.Record.Owner == o.Self;

    /// <summary>The record says that its tree is being deleted by this very work.</summary>
    internal static bool IsBegun(Purge begun, VolumeRecord record) =>
        record.State == RecordState.Incoming && record.CopyId == begun.Mark;

    private static Place PlaceOf(Observation o, string subject) =>
        subject == RootPath ? new Place.RootDisk()
        : o.Old is VolumeSight.Recorded r ? r.Place with { Entry = subject }
        : throw new System.Diagnostics.UnreachableException();
}
