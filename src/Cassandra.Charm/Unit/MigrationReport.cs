using System.Globalization;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Service;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Unit;

/// <summary>The answer of <c>migration-status</c>.</summary>
internal static class MigrationReport
{
    /// <summary>How far the move is, and what is left for the time in which the node is down.</summary>
    public static Dictionary<string, string> Of(Observation o, StatePaths paths)
    {
        if (o.Journal.Undertaking is not Undertaking.Moving move)
            return new Dictionary<string, string> { ["state"] = "no migration is under way" };
        var report = new Dictionary<string, string>
        {
            ["state"] = State(o, move),
            ["volume"] = move.Target.VolumeId,
            ["from"] = move.Source.Name,
            ["since"] = Time(move.Since),
            ["cut-over-window"] = o.Settings.CutOverWindow?.ToString() ?? "at any time",
            ["rate-limit"] = o.Settings.MigrationRateLimit == 0 ? "none" : $"{o.Settings.MigrationRateLimit} MiB/s",
        };
        if (ProgressFile.Read(paths) is { Copy: { } copy } progress && progress.Volume == move.Target.VolumeId)
        {
            report["pass"] = progress.Pass == 0 ? "the last" : $"{progress.Pass}";
            report["copied"] = $"{StatusText.GiB(copy.DoneBytes)} of {StatusText.GiB(copy.TotalBytes)} GiB"
                + (copy.IsVerifying ? " compared" : "");
            report["rate"] = string.Create(CultureInfo.InvariantCulture, $"{copy.BytesPerSecond / (1 << 20):0} MiB/s");
            report["time-left"] = copy.Left is { } left ? StatusText.Duration(left) : "not known";
        }

        if (StateFile.Read(paths.CopyOutcome, ServiceJson.Default.CopyOutcome) is { Followed: { } followed } outcome && outcome.CopyId == move.CopyId)
        {
            report["passes-done"] = $"{followed.Passes}";
            report["left-for-the-cut-over"] = string.Create(CultureInfo.InvariantCulture, $"{followed.BytesLeft / (double)(1 << 20):0.0} MiB");
        }

        return report;
    }

    private static string State(Observation o, Undertaking.Moving move) => move.Phase switch
    {
        MovePhase.Following when o.Orders.Pause is not null => "paused; Cassandra serves",
        MovePhase.Following => "copying; Cassandra serves",
        MovePhase.Copying => "the last pass; Cassandra is down",
        MovePhase.Publishing or MovePhase.Switching or MovePhase.Starting => "switching",
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";
}
