using System.Globalization;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Reporting;

/// <summary>Every sentence that a status line can hold; the first words are fixed by the contract (design section 4).</summary>
public static class StatusText
{
    /// <summary>Serving, with nothing to add or a remark.</summary>
    public static UnitStatus Serving(Place place, string filesystem, Space? space, string remark = "")
    {
        var detail = place is Place.RootDisk ? remark : Join("", VolumeDetail(filesystem, space), remark);
        return UnitStatus.Active(detail.Length == 0 ? $"serving from {place.Name}" : $"serving from {place.Name} ({detail})");
    }

    /// <summary>The remark of <see cref="Serving"/> for a fault that is not the node's.</summary>
    public static string StillServing(Place? place) =>
        place is null ? "Cassandra has not been started" : $"still serving from {place.Name}";

    /// <summary>No such disk here.</summary>
    public static UnitStatus NotAttached(string volume, Place? serving) =>
        UnitStatus.Waiting($"{volume} is not attached; {StillServing(serving)}");

    /// <summary>A volume that is not taken: what was seen, what holds meanwhile, what to do.</summary>
    public static UnitStatus Refused(string volume, string seen, string meanwhile, string remedy) =>
        UnitStatus.Blocked(Join($"{volume}: refused, {seen}", meanwhile, remedy));

    /// <summary>The place that must serve is gone.</summary>
    public static UnitStatus Missing(string volume, string seen) =>
        UnitStatus.Blocked(
            $"{volume} is missing; Cassandra is down; {Prefix(seen)}attach it to this machine again, "
            + "nothing is started without it");

    /// <summary>The volume that served was left deliberately.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="whatIsSo">What follows its name.</param>
    /// <param name="entry">What the map calls this unit's volume; null where it names none, or another.</param>
    public static UnitStatus Released(string volume, string whatIsSo, string? entry) =>
        UnitStatus.Blocked($"{volume} {whatIsSo}; Cassandra is down; map another volume to this unit, or, to serve from it again, "
            + $"{(entry is null ? "map it and " : "")}run the action adopt-volume volume={entry ?? volume} reason=…");

    /// <summary>Old data goes.</summary>
    public static UnitStatus Purging(Place old, Place serving) =>
        UnitStatus.Maintenance($"purging the old data on {old.Name}; {StillServing(serving)}");

    /// <summary>What an enlarged disk has more is not used.</summary>
    public static UnitStatus NotGrown(UnitStatus status, string what, string remedy) => status with
    {
        Message = Join(status.Message, $"its disk was enlarged, and that cannot be used: {what}",
            remedy.Length == 0 ? "will be tried again by the next hook" : remedy),
    };

    /// <summary>The disk is smaller than what is on it.</summary>
    public static UnitStatus Shrunk(Place place) => UnitStatus.Blocked(
        $"{place.Name}: its disk has shrunk and ends before its filesystem does; {StillServing(place)}; "
        + "make the disk as large as it was, or map another volume");

    /// <summary>A bad map.</summary>
    public static UnitStatus BadMap(string problem) => UnitStatus.Blocked($"volume-map: {problem}");

    /// <summary>On hold.</summary>
    public static UnitStatus OnHold(DateTimeOffset since, string reason) =>
        UnitStatus.Blocked(
            $"on hold since {Minute(since)}"
            + (reason.Length == 0 ? "" : $" ({reason})") + "; the charm changes nothing; run the action resume to go on");

    /// <summary>Reading a disk for blankness.</summary>
    public static UnitStatus Checking(string volume, double fraction) =>
        UnitStatus.Maintenance($"checking {volume}: {Percent(fraction)}");

    /// <summary>Partition, filesystem, mount.</summary>
    public static UnitStatus Preparing(string volume) => UnitStatus.Maintenance($"preparing {volume}");

    /// <summary>Copying, with progress where there is any.</summary>
    /// <param name="volume">The target.</param>
    /// <param name="progress">How far; null where that is not known yet.</param>
    /// <param name="isDown">It is the last of the copy, with the node stopped; otherwise the node serves.</param>
    public static UnitStatus Copying(string volume, CopyProgress? progress, bool isDown) => UnitStatus.Maintenance(
        $"copying to {volume}" + (progress is null ? "" : ": " + Describe(progress)) + (isDown ? "; Cassandra is down" : ""));

    /// <summary>The copy is close and the node may not be stopped yet.</summary>
    public static UnitStatus CutOverWaits(string volume, DateTimeOffset opens, Place serving) =>
        UnitStatus.Maintenance($"copying to {volume}: done but for the cut-over, which waits until "
            + $"{Minute(opens)} (cut-over-window); {StillServing(serving)}; the action cut-over does it now");

    /// <summary>Others come first.</summary>
    /// <param name="why">What the turn is for: <c>to switch to vol-1</c>.</param>
    /// <param name="waitsFor">What for.</param>
    /// <param name="meanwhile">What is so until then.</param>
    public static UnitStatus TurnWaits(string why, string waitsFor, string meanwhile) =>
        UnitStatus.Waiting($"turn {why}: {waitsFor}; {meanwhile}");

    /// <summary>Nobody goes before somebody has looked.</summary>
    public static UnitStatus RollHalted(string why, RollHalt halt, string meanwhile) => UnitStatus.Blocked(
        $"turn {why}: nobody goes on, as the turn of {halt.Failed.Unit} failed ({halt.Reason}); {meanwhile}; "
        + "look at that unit, then run the action resume-roll");

    /// <summary>The service that copies has ended, and left no word why.</summary>
    public static UnitStatus CopyEnded(string volume, string unit, Place serving) => UnitStatus.Blocked(
        $"copying to {volume}: the copy ended by itself; see journalctl -u {unit}; the next hook begins it again; {StillServing(serving)}");

    /// <summary>An operator has paused the copy.</summary>
    public static UnitStatus CopyPaused(string volume, DateTimeOffset since, Place serving) =>
        UnitStatus.Maintenance($"copying to {volume}: paused since {Minute(since)}; {StillServing(serving)}; "
            + "run the action resume-migration to go on");

    /// <summary>Configuration, start, first answer.</summary>
    public static UnitStatus Switching(string place, string detail = "") =>
        UnitStatus.Maintenance($"switching to {place}" + (detail.Length == 0 ? "" : $": {detail}"));

    /// <summary>The node is not up yet.</summary>
    public static UnitStatus Starting(Place place, string detail = "") =>
        UnitStatus.Maintenance($"starting Cassandra on {place.Name}" + (detail.Length == 0 ? "" : $": {detail}"));

    /// <summary>The node does not come up.</summary>
    /// <param name="place">Where.</param>
    /// <param name="reason">Why.</param>
    /// <param name="before">The place that can be gone back to without loss; null where there is none.</param>
    public static UnitStatus NodeDied(Place place, string reason, Place? before = null) =>
        UnitStatus.Blocked(
            $"Cassandra does not stay up on {place.Name}: {reason}; see /var/log/cassandra/system.log; "
            + "the next hook starts it again"
            + (before is null ? "" : $"; to serve from {before.Name} again, run the action rollback-volume"));

    /// <summary>A step that the world did not let happen.</summary>
    public static UnitStatus StepFailed(string subject, string what, string remedy) =>
        UnitStatus.Blocked(Join(subject.Length == 0 ? what : $"{subject}: {what}", remedy.Length == 0 ? "will be tried again by the next hook" : remedy));

    /// <summary>Gibibytes with one digit.</summary>
    public static string GiB(long bytes) =>
        (bytes / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture);

    private static string VolumeDetail(string filesystem, Space? space) =>
        space is null ? filesystem : $"{filesystem}, {GiB(space.UsedBytes)} of {GiB(space.TotalBytes)} GiB used";

    private static string Describe(CopyProgress p)
    {
        var rate = (p.BytesPerSecond / (1 << 20)).ToString("0", CultureInfo.InvariantCulture);
        var left = p.Left is { } l ? $", about {Duration(l)} left" : "";
        return $"{(p.IsVerifying ? "verifying, " : "")}{Percent(p.Fraction)} ({GiB(p.DoneBytes)} of {GiB(p.TotalBytes)} GiB, {rate} MiB/s{left})";
    }

    /// <summary>About how long.</summary>
    public static string Duration(TimeSpan t) => t switch
    {
        { TotalSeconds: < 60 } => $"{Math.Max(1, (int)Math.Ceiling(t.TotalSeconds))} s",
        { TotalMinutes: < 90 } => $"{(int)Math.Round(t.TotalMinutes)} min",
        _ => t.TotalHours.ToString("0.#", CultureInfo.InvariantCulture) + " h",
    };

    private static string Percent(double fraction) =>
        ((int)Math.Clamp(fraction * 100, 0, 100)).ToString(CultureInfo.InvariantCulture) + "%";

    private static string Minute(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    private static string Prefix(string text) => text.Length == 0 ? "" : text + "; ";

    private static string Join(string first, params ReadOnlySpan<string> rest)
    {
        var text = first;
        foreach (var part in rest)
            if (part.Length > 0)
                text = text.Length == 0 ? part : $"{text}; {part}";
        return text;
    }
}
