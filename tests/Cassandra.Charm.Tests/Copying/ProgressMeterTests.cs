using Cassandra.Charm.Copying;

namespace Cassandra.Charm.Tests.Copying;

public sealed class ProgressMeterTests
{
    private readonly ManualTime _time = new();
    private readonly List<CopyProgress> _reports = [];

    [Fact]
    public void Rate_and_time_left_follow_the_last_seconds_not_the_whole_run()
    {
        using var meter = new ProgressMeter(new Reports(_reports), _time);
        meter.Begin(CopyPhase.Copying, new TreeSurvey { DataBytes = 10_000, Names = 3 });
        for (var second = 0; second < 10; second++)
            Pass(meter, bytes: 10);
        for (var second = 0; second < 10; second++)
            Pass(meter, bytes: 100);

        var last = _reports[^1];
        Assert.Equal((CopyPhase.Copying, 1100, 10_000), (last.Phase, last.BytesDone, last.BytesTotal));
        Assert.Equal(100, last.BytesPerSecond);
        Assert.Equal(TimeSpan.FromSeconds(89), last.TimeLeft);
    }

    [Fact]
    public void A_new_phase_counts_from_zero_and_is_told_at_once()
    {
        using var meter = new ProgressMeter(new Reports(_reports), _time);
        meter.Begin(CopyPhase.Copying, new TreeSurvey { DataBytes = 100, Names = 2 });
        meter.AddName();
        Pass(meter, bytes: 100);
        meter.Begin(CopyPhase.Verifying, new TreeSurvey { DataBytes = 100, Names = 2 });

        Assert.Equal(new CopyProgress(CopyPhase.Verifying, 0, 100, 0, 2, 0, null), _reports[^1]);
    }

    private void Pass(ProgressMeter meter, int bytes)
    {
        _time.Pass(TimeSpan.FromSeconds(1));
        meter.AddBytes(bytes);
        meter.Report();
    }

    private sealed class Reports(List<CopyProgress> all) : IProgress<CopyProgress>
    {
        public void Report(CopyProgress value) => all.Add(value);
    }
}
