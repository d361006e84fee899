using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>Whether the data on a volume may be adopted: the verdict and, where not, what was seen and the way through.</summary>
internal abstract record AdoptionVerdict
{
    private AdoptionVerdict() { }

    /// <summary>It may.</summary>
    internal sealed record Allowed : AdoptionVerdict;

    /// <summary>Not, or not without an order.</summary>
    internal sealed record Refused(string Seen, string Remedy) : AdoptionVerdict;

    /// <summary>Another unit's heartbeat has not stood still for long enough.</summary>
    internal sealed record Watching(string Seen, HeartbeatWatch Watch) : AdoptionVerdict;
}

/// <summary>The rules of adoption, one after the other; the first that objects gives the reason.</summary>
internal static class Adoption
{
    /// <summary>For how long another unit's heartbeat must have stood still (four missed beats).</summary>
    internal static readonly TimeSpan StillFor = TimeSpan.FromMinutes(2);

    internal static AdoptionVerdict OfUnrecorded(Observation o, string volume)
    {
        if (IsOrdered(o, volume))
            return new AdoptionVerdict.Allowed();
        return o.Node.Data switch
        {
            LocalData.NeverServed or LocalData.Fresh => new AdoptionVerdict.Allowed(),
            LocalData.Real or LocalData.ElsewhereOrUnknown => new AdoptionVerdict.Refused(
                "it holds Cassandra data that carries no record, and this unit has data of its own",
                WayThrough(volume, "serve from it instead")),
        };
    }

    internal static AdoptionVerdict OfRecorded(Observation o, string volume, VolumeSight.Recorded v) =>
        Incompatible(o.Settings, o.Node.Version, v.Record.Node)
        ?? NotByState(o, volume, v.Record)
        ?? Clone(o, volume, v)
        ?? TwoTruths(o, volume, v.Record)
        ?? SomebodyElses(o, volume, v.Record)
        ?? new AdoptionVerdict.Allowed();

    /// <summary>An operator's order for this volume stands.</summary>
    internal static bool IsOrdered(Observation o, string volume) => o.Orders.Adopt?.Subject == volume;

    private static AdoptionVerdict.Refused? Incompatible(Settings s, string installed, NodeIdentity data)
    {
        if (Differs(s.ClusterName, data.ClusterName))
            return Refuse($"its cluster is \"{data.ClusterName}\", cluster-name says \"{s.ClusterName}\"",
                "set cluster-name to it, or empty");
        if (Differs(s.Datacenter, data.Datacenter))
            return Refuse($"its datacenter is \"{data.Datacenter}\", the option says \"{s.Datacenter}\"",
                "set datacenter to it, or empty");
        if (s.NumTokens > 0 && data.Tokens.Count > 0 && s.NumTokens != data.Tokens.Count)
            return Refuse($"its node has {data.Tokens.Count} tokens, num-tokens says {s.NumTokens}", "set num-tokens to it, or 0");
        if (Differs(s.Rack, data.Rack))
            return Refuse($"its rack is \"{data.Rack}\", the option says \"{s.Rack}\"", "set rack to it, or empty");
        if (data.IsDecommissioned)
            return Refuse("its node was decommissioned and will not rejoin a ring", "map a blank volume");
        if (CassandraVersion.IsNewer(data.CassandraVersion, installed))
            return Refuse($"Cassandra {data.CassandraVersion} wrote it, {installed} is installed",
                "install that version or a newer one (package-version)");
        return null;
    }

    private static AdoptionVerdict.Refused? NotByState(Observation o, string volume, VolumeRecord record) => record.State switch
    {
        RecordState.Ready when !IsOrdered(o, volume) => Refuse(
            $"it holds a copy that {record.Owner.Unit} finished and never served from",
            $"the original is with {record.Owner.Unit}; where that is lost, run the action adopt-volume volume={volume} reason=…; "
            + $"discard-copy volume={volume} to use it as empty"),
        RecordState.Incoming => Refuse(
            $"it holds a copy that {record.Owner.Unit} began and did not finish",
            $"the original is with {record.Owner.Unit}; run the action discard-copy volume={volume} to use it as empty"),
        RecordState.Superseded when !IsOrdered(o, volume) => Refuse(
            $"its data was copied on to {record.SupersededBy} and is older than that", FromSuperseded(o, volume, record)),
        RecordState.Abandoned when !IsOrdered(o, volume) => Refuse(
            $"{record.Owner.Unit} left it for {record.SupersededBy} after a failed start",
            WayThrough(volume, "serve from it")),
        _ when !IsOrdered(o, volume) && CassandraVersion.IsOlder(record.Node.CassandraVersion, o.Node.Version) => Refuse(
            $"Cassandra {record.Node.CassandraVersion} wrote it, {o.Node.Version} would upgrade it for good",
            WayThrough(volume, "upgrade it")),
        _ when CassandraVersion.IsTooOld(record.Node.CassandraVersion, o.Node.Version) => Refuse(
            $"Cassandra {record.Node.CassandraVersion} wrote it, too old for {o.Node.Version}",
            "install a version between the two first (package-version)"),
        _ => null,
    };

    private static AdoptionVerdict.Refused? Clone(Observation o, string volume, VolumeSight.Recorded v) =>
        !v.IsClone || IsOrdered(o, volume)
            ? null
            : Refuse(
                $"its record was written on the disk with serial \"{v.Record.DiskSerial}\", this disk's is \"{v.Pin.Serial}\": a clone",
                WayThrough(volume, "serve from the clone"));

    private static AdoptionVerdict.Refused? TwoTruths(Observation o, string volume, VolumeRecord record)
    {
        if (o.Node.Data is LocalData.NeverServed or LocalData.Fresh || IsOrdered(o, volume) || IsExchange(o, record))
            return null;
        var local = o.Journal.Node.HostId;
        if (local is not null && local == record.Node.HostId && record.Generation >= o.Journal.Generation)
            return null;
        return Refuse(
            $"it holds the data of {Describe(record)}, and this unit has data of its own"
            + (o.Node.Data == LocalData.Real ? "" : $" on {o.Journal.Served?.Name ?? "an unknown place"}"),
            WayThrough(volume, "serve from it instead"));
    }

    /// <summary>Both were given away by an action or a removal: this unit's data, and what it is to serve now. An older copy of its own is not.</summary>
    private static bool IsExchange(Observation o, VolumeRecord record) =>
        o.Journal.Release is { IsMarked: true } && o.Node.Data == LocalData.ElsewhereOrUnknown && record.State == RecordState.Released
        && (record.Lineage != o.Journal.Lineage || record.Generation >= o.Journal.Generation);

    private static AdoptionVerdict? SomebodyElses(Observation o, string volume, VolumeRecord record)
    {
        if (record.State != RecordState.Serving || record.Owner == o.Self)
            return null;
        if (record.Owner.ModelUuid == o.Self.ModelUuid && record.Owner.Unit != o.Self.Unit
            && (o.Units?.Contains(record.Owner.Unit) ?? false) && !IsOrdered(o, volume))
            return Refuse($"{record.Owner.Unit} serves from it and is still in the application",
                $"remove {record.Owner.Unit} first; its volume is then released");
        var watch = o.Journal.Watch;
        if (watch is null || watch.Volume != record.VolumeId || watch.Heartbeat != record.Heartbeat || watch.BootId != o.BootId)
            return new AdoptionVerdict.Watching(Claim(record),
                new HeartbeatWatch(record.VolumeId, record.Heartbeat, o.Uptime, o.BootId));
        return o.Uptime - watch.StillSinceBootSeconds < StillFor.TotalSeconds
            ? new AdoptionVerdict.Watching(Claim(record), watch)
            : null;
    }

    private static string Claim(VolumeRecord record) =>
        $"{record.Owner.Unit} on machine {record.Owner.MachineId} did not release it; "
        + "watching for 2 min that its heartbeat stands still";

    /// <summary>Going back without loss: at once, or by deleting the old copy and moving the new one there.</summary>
    private static string FromSuperseded(Observation o, string volume, VolumeRecord record) =>
        o.Journal.LastSwitch is { IsConfirmed: false, From: Place.OnVolume from } && from.VolumeId == record.VolumeId && o.Node.IsUnwritten
            ? "to go back to it, run the action rollback-volume"
            : Purging.WhyNotOld(o, record) is null
                ? "rollback-volume is refused once Cassandra has served from there; "
                    + $"to move the data back here, run the action purge-old-data volume={volume}; " + WayThrough(volume, "serve from the old data")
                : WayThrough(volume, "serve from the old data");

    private static string Describe(VolumeRecord record) =>
        record.Node.HostId is { } host ? $"node {host}" : record.Owner.Unit;

    private static bool Differs(string option, string stored) =>
        option.Length > 0 && stored.Length > 0 && option != stored;

    private static string WayThrough(string volume, string purpose) =>
        $"to {purpose}, run the action adopt-volume volume={volume} reason=…";

    private static AdoptionVerdict.Refused Refuse(string seen, string remedy) => new(seen, remedy);
}
