using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>
/// Orders that only permit what the table would refuse, and may be given before the map names the volume. Refused is what
/// can be seen to be a mistake.
/// </summary>
internal static class Permitting
{
    internal static OrderVerdict Adoption(Observation o, string volume)
    {
        if (!IsMapped(o, volume))
            return new OrderVerdict.Allowed($"{volume} will be adopted as soon as volume-map names it for {o.Self.Unit}; "
                + "what this unit serves now is left as it is, never merged");
        return o.Assigned switch
        {
            VolumeSight.Foreign f => new OrderVerdict.Refused($"{volume} holds {f.What}, which is no Cassandra data"),
            VolumeSight.Recorded { Record.State: RecordState.Incoming or RecordState.Ready } r when VolumeTable.IsOwnCopy(o, r) =>
                new OrderVerdict.Allowed($"the next hook goes on with the copy to {volume}, and serves from it once it is complete"),
            VolumeSight.Recorded { Record.State: RecordState.Incoming } => new OrderVerdict.Refused(
                $"{volume} holds an unfinished copy, which is never served; run the action discard-copy volume={volume} to use it as empty"),
            VolumeSight.Recorded r when ReferenceEquals(o.Assigned, o.Served) && o.Journal.Release is null
                && o.Journal.Undertaking is null && InPlace.WhyNotOurs(o, r) is null =>
                new OrderVerdict.Done($"{volume} is the volume that {o.Self.Unit} serves from"),
            _ => new OrderVerdict.Allowed($"the next hook stops Cassandra and serves from the data on {volume}, where nothing but doubt "
                + "speaks against it; what this unit serves now is left as it is, never merged"),
        };
    }

    internal static OrderVerdict Discarding(Observation o, string volume)
    {
        if (!IsMapped(o, volume))
            return new OrderVerdict.Allowed($"the unfinished copy on {volume} will be deleted as soon as volume-map names it for {o.Self.Unit}; "
                + "nothing else on it is touched");
        return o.Assigned switch
        {
            VolumeSight.Recorded { Record.State: RecordState.Incoming or RecordState.Ready, IsClone: false } => new OrderVerdict.Allowed(
                $"the unfinished copy on {volume} will be deleted; nothing else on it is touched, and it is used as empty"),
            VolumeSight.Recorded { Record.State: RecordState.Incoming or RecordState.Ready } =>
                new OrderVerdict.Refused($"{volume} is a clone of the volume that the copy was made on; nothing of it is deleted"),
            VolumeSight.Recorded r => new OrderVerdict.Refused(
                $"{volume} holds no unfinished copy: its record says {RecordWords.Of(r.Record.State)} by {r.Record.Owner.Unit}"),
            VolumeSight.NotAttached => new OrderVerdict.Allowed($"the unfinished copy on {volume} will be deleted when it is attached"),
            _ => new OrderVerdict.Refused($"{volume} holds no unfinished copy that carries a record"),
        };
    }

    private static bool IsMapped(Observation o, string volume) => o.Assignment is Assignment.Volume v && v.Id.Name == volume;
}
