using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>
/// Using what an enlarged disk has more. It waits for all else and keeps nothing else waiting: a volume that cannot be grown
/// serves as well as before. Only a table that was cut while it was written goes first, for nothing can be mounted by it.
/// </summary>
internal static class Growing
{
    /// <summary>The table was being written and is not whole; null where it is.</summary>
    internal static Decision.Grow? Cut(Observation o) =>
        o is { Orders.Hold: null, Journal: { Growing: { } begun, Release: not { IsMarked: true } } } && IsOfServed(o, begun)
        && o.Served is VolumeSight.HalfGrown or VolumeSight.Recorded { IsTableCut: true }
            ? new Decision.Grow(begun, Meanwhile: null)
            : null;

    /// <summary>Once all else is at rest: what was begun goes on, else what there is room for begins.</summary>
    internal static Decision After(Observation o, Decision.Rest rest) => o switch
    {
        { Occasion: not Occasion.Converge } or { Orders.Hold: not null } or { Assignment: Assignment.Invalid } or { SettingsProblem: not null } => rest,
        { Journal.Growing: { } begun } when !IsOfServed(o, begun) => new Decision.DropGrowth($"{begun.Volume} is no longer what serves"),
        _ => Serving(o) is { } volume ? OfServing(volume, o.Journal.Growing, rest) : rest,
    };

    private static Decision OfServing(VolumeSight.Recorded volume, Growth? begun, Decision.Rest rest) => (begun, volume.Room) switch
    {
        _ when volume.IsCutShort => rest,
        ({ } work, _) when volume.Pin.SizeBytes < work.Disk.SizeBytes => new Decision.DropGrowth($"the disk of {work.Volume} is smaller again"),
        ({ } work, _) => new Decision.Grow(work, rest),
        (null, { } room) => new Decision.Grow(room, rest),
        _ => rest,
    };

    /// <summary>The volume that serves, or would: mounted, and the very one.</summary>
    private static VolumeSight.Recorded? Serving(Observation o) =>
        o is { Journal: { Served: Place.OnVolume place, Undertaking: null, Release: null }, Served: VolumeSight.Recorded { IsMounted: true } r }
        && r.Filesystem == place.Filesystem && InPlace.WhyNotOurs(o, r) is null
            ? r
            : null;

    private static bool IsOfServed(Observation o, Growth begun) =>
        o.Journal.Served is Place.OnVolume place && place.Filesystem == begun.Layout.Filesystem;
}
