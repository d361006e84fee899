using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Unit;

/// <summary>The answer of <c>volume-status</c>.</summary>
internal static class VolumeReport
{
    /// <summary>Everything an operator asks first, one line each.</summary>
    public static Dictionary<string, string> Of(Observation o)
    {
        var report = new Dictionary<string, string>
        {
            ["entry"] = o.Entry.Length > 0 ? o.Entry : o.Assignment.Match(
                noMap: _ => "volume-map is empty", notNamed: _ => $"volume-map does not name {o.Self.Unit}",
                rootDisk: _ => "none", volume: v => v.Id.Text, invalid: i => $"volume-map: {i.Problem}"),
            ["served-from"] = o.Journal.Served?.Name ?? "nothing yet",
            ["node.state"] = o.Node.State.ToString().ToLowerInvariant(),
            ["node.data"] = Words(o.Node.Data.ToString()),
            ["node.version"] = o.Node.Version,
            ["node.host-id"] = o.Journal.Node.HostId?.ToString() ?? "not known yet",
            ["journal.undertaking"] = o.Journal.Undertaking is { } work ? $"{Words(work.GetType().Name)} {Phase(work)}".TrimEnd() : "none",
            ["journal.generation"] = $"{o.Journal.Generation}",
        };
        if (o.Journal.Release is { } release)
            report["journal.release"] = release.IsMarked ? "ordered and done" : "ordered and not finished";
        if (o.Journal.Purging is { } purging)
            report["journal.purging"] = $"{purging.Old.Name}, not finished";
        if (o.Journal.Growing is { } growing)
            report["journal.growing"] = $"{growing.Volume}, not finished";
        if (o.Assigned is { } sight)
            Add(report, sight);
        return report;
    }

    private static void Add(Dictionary<string, string> report, VolumeSight sight)
    {
        report["device"] = sight switch
        {
            VolumeSight.Unusable u => u.Disk,
            VolumeSight.Foreign f => f.Disk,
            VolumeSight.Blank b => b.Disk,
            VolumeSight.HalfMade h => h.Disk,
            VolumeSight.HalfGrown h => h.Disk,
            VolumeSight.EmptyFilesystem e => e.Disk,
            VolumeSight.Recorded r => r.Disk,
            VolumeSight.Unrecorded u => u.Disk,
            _ => "none",
        };
        report["content"] = Content(sight);
        if (sight is not VolumeSight.Recorded recorded)
            return;
        report["mount"] = recorded.IsMounted ? recorded.Place.MountPoint : "not mounted";
        report["record.state"] = recorded.Record.State.ToString().ToLowerInvariant();
        report["record.unit"] = recorded.Record.Owner.Unit;
        report["record.host-id"] = recorded.Record.Node.HostId?.ToString() ?? "not known yet";
        report["record.generation"] = $"{recorded.Record.Generation}";
        if (recorded.Space is { } space)
            report["space"] = $"{StatusText.GiB(space.UsedBytes)} of {StatusText.GiB(space.TotalBytes)} GiB used";
    }

    private static string Content(VolumeSight sight) => sight.Match(
        notAttached: _ => "not attached",
        several: s => s.What,
        unusable: u => u.Why,
        foreign: f => f.What,
        @unchecked: _ => "not known to be blank yet",
        blank: _ => "blank",
        halfMade: _ => "this unit's own preparation, cut short",
        halfGrown: _ => "this unit's own volume, its partition table cut while it was written for a larger disk",
        emptyFilesystem: e => $"an empty {e.Filesystem.Type} filesystem",
        recorded: r => $"{r.Filesystem.Type} with a record of {r.Record.Owner.Unit}" + (r.HasTree ? " and its data" : ""),
        unrecorded: u => $"{u.Filesystem.Type} with Cassandra data and no record");

    private static string Phase(Core.Journaling.Undertaking work) => work.Match(
        preparing: p => p.Volume,
        moving: m => $"to {m.Target.Name}: {Words(m.Phase.ToString())}",
        adopting: a => $"{a.Target.Name}: {Words(a.Phase.ToString())}",
        goingBack: g => $"to {g.Switch.From.Name}");

    private static string Words(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? $" {char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
