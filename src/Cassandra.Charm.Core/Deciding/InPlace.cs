using System.Globalization;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>Serving on from the place that last served.</summary>
internal static class InPlace
{
    /// <summary>
    /// Keeps the node up where it last served, and down where that place is gone.
    /// </summary>
    /// <param name="o">What is so.</param>
    /// <param name="meanwhile">The status while it serves, where something else is to be said; null = serving.</param>
    /// <param name="remark">Added to the serving status.</param>
    internal static Decision KeepServing(Observation o, UnitStatus? meanwhile, string remark = "")
    {
        if (o.Journal.Served is not { } place)
            return new Decision.Rest(meanwhile ?? UnitStatus.Waiting("Cassandra has not been started"));
        var status = meanwhile ?? Serving(o, place, remark);
        if (WhyGone(o, place) is { } gone)
            return o.Node.State switch
            {
                NodeState.Serving when o.Served is not VolumeSight.NotAttached => new Decision.Rest(
                    UnitStatus.Blocked($"{place.Name}: {gone}; still serving from it; leave it attached until that is cleared up")),
                NodeState.Serving or NodeState.Unresponsive => new Decision.StopNode(StatusText.Missing(place.Name, gone)),
                NodeState.Stopped or NodeState.NotInstalled => new Decision.Rest(StatusText.Missing(place.Name, gone)),
            };
        if (IdentityConflict(o) is { } conflict)
            return new Decision.Rest(UnitStatus.Blocked($"{conflict}; {(o.Node.State == NodeState.Serving ? StatusText.StillServing(place) : "Cassandra is down")}"));
        return o.Node.State switch
        {
            NodeState.Serving => o.Node.StartIsOpen ? new Decision.AwaitNode(place) : new Decision.Rest(status),
            NodeState.Unresponsive => new Decision.AwaitNode(place),
            NodeState.Stopped => new Decision.Start(place),
            NodeState.NotInstalled => new Decision.Install(),
        };
    }

    /// <summary>The node is down and nothing speaks against a start where it last served.</summary>
    internal static bool IsToBeStarted(Observation o) => KeepServing(o, meanwhile: null) is Decision.Start;

    /// <summary>The root disk holds data, and nothing says that it is this unit's.</summary>
    internal static Decision.Rest Strangers() => new(UnitStatus.Blocked(
        "/var/lib/cassandra holds Cassandra data that this unit did not write; Cassandra has not been started; "
        + "move that data away, or put it on a volume and map the volume"));

    /// <summary>Why the place that last served cannot serve; null where it can.</summary>
    internal static string? WhyGone(Observation o, Place place)
    {
        const string Replaced = "the disk in its place is another or was emptied";
        return place is Place.RootDisk
            ? null
            : (o.Served ?? new VolumeSight.NotAttached()).Match<string?>(
                notAttached: _ => "",
                several: s => s.What,
                unusable: u => u.Why,
                foreign: f => $"the disk in its place holds {f.What}",
                @unchecked: _ => Replaced,
                blank: _ => Replaced,
                halfMade: _ => Replaced,
                halfGrown: _ => "its partition table was cut while it was written for a larger disk",
                emptyFilesystem: _ => Replaced,
                unrecorded: _ => Replaced,
                recorded: r => WhyNotOurs(o, r));
    }

    /// <summary>Why this is not the data that last served; null where it is.</summary>
    internal static string? WhyNotOurs(Observation o, VolumeSight.Recorded r) => r switch
    {
        { IsClone: true } => $"the disk in its place is a clone, written on disk {Quote(r.Record.DiskSerial)} and now on disk {Quote(r.Pin.Serial)}"
            + " (to serve from it, run the action adopt-volume)",
        _ when r.Record.Lineage != o.Journal.Lineage => $"the disk in its place holds {r.Record.Owner.Unit}'s data",
        _ when r.Record.State != RecordState.Serving || r.Record.Owner != o.Self =>
            $"its record says {r.Record.State.ToString().ToLowerInvariant()} by {r.Record.Owner.Unit}",
        _ when r.Record.Generation != o.Journal.Generation =>
            $"its record is of generation {r.Record.Generation}, the data that served of {o.Journal.Generation}",
        // A node that never answered may have died before it wrote anything.
        { HasTree: false } when o.Journal.Node.HostId is not null => "its data directory is gone",
        _ => null,
    };

    private static string Quote(string serial) => serial.Length == 0 ? "without a serial" : serial;

    private static UnitStatus Serving(Observation o, Place place, string remark) =>
        o.Served is VolumeSight.Recorded r
            ? r.IsCutShort ? StatusText.Shrunk(place) : StatusText.Serving(place, r.Filesystem.Type, r.Space, remark)
            : StatusText.Serving(place, "", null, remark);

    /// <summary>Names that are stored in the data cannot be changed by an option; said before Cassandra is stopped.</summary>
    private static string? IdentityConflict(Observation o)
    {
        var (s, data) = (o.Settings, o.Journal.Node);
        return Conflict("cluster-name", s.ClusterName, data.ClusterName)
               ?? Conflict("datacenter", s.Datacenter, data.Datacenter)
               ?? Conflict("rack", s.Rack, data.Rack)
               ?? Conflict("num-tokens", Count(s.NumTokens), Count(data.Tokens.Count));
    }

    /// <summary>0 tokens: not set, or not known.</summary>
    private static string Count(int tokens) => tokens == 0 ? "" : tokens.ToString(CultureInfo.InvariantCulture);

    private static string? Conflict(string option, string set, string stored) =>
        set.Length == 0 || stored.Length == 0 || set == stored
            ? null
            : $"{option}: \"{set}\" differs from \"{stored}\", which is stored in the data for ever; set it back, or to its default";
}
