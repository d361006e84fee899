namespace Cassandra.Charm.Copying;

/// <summary>Counts what the workers have done and reports it at a bounded rate.</summary>
internal sealed class ProgressMeter : IDisposable
{
    /// <summary>The rate is taken over this time, so that it follows the disk but does not flicker.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly IProgress<CopyProgress>? _receiver;
    private readonly TimeProvider _time;
    private readonly ITimer? _timer;
    private readonly Lock _lock = new();
    private readonly Queue<(long Time, long Bytes)> _samples = new();
    private CopyPhase _phase;
    private long _bytesDone;
    private long _bytesTotal;
    private long _namesDone;
    private long _namesTotal;

    public ProgressMeter(IProgress<CopyProgress>? receiver, TimeProvider time)
    {
        _receiver = receiver;
        _time = time;
        if (receiver is not null)
            _timer = time.CreateTimer(_ => Report(), null, Interval, Interval);
    }

    /// <summary>Starts to count from zero.</summary>
    public void Begin(CopyPhase phase, TreeSurvey? survey = null) => Begin(phase, survey?.DataBytes ?? 0, survey?.Names ?? 0);

    /// <summary>Starts to count from zero.</summary>
    public void Begin(CopyPhase phase, long bytes, long names)
    {
        lock (_lock)
        {
            _phase = phase;
            _bytesDone = _namesDone = 0;
            _bytesTotal = bytes;
            _namesTotal = names;
            _samples.Clear();
        }
        Report();
    }

    public void AddBytes(long count) => Interlocked.Add(ref _bytesDone, count);

    public void AddName() => Interlocked.Increment(ref _namesDone);

    public void Dispose() => _timer?.Dispose();

    /// <summary>Tells how far it is now; besides, this happens by itself twice a second.</summary>
    public void Report()
    {
        if (_receiver is null)
            return;
        lock (_lock)
            _receiver.Report(Measure());
    }

    private CopyProgress Measure()
    {
        var now = _time.GetTimestamp();
        // Chunks with holes in them are counted whole, so the count may run ahead of the survey's.
        var done = Math.Min(Interlocked.Read(ref _bytesDone), _bytesTotal);
        _samples.Enqueue((now, done));
        while (_samples.Count > 2 && _time.GetElapsedTime(_samples.Peek().Time, now) > Window)
            _samples.Dequeue();
        var (firstTime, firstBytes) = _samples.Peek();
        var seconds = _time.GetElapsedTime(firstTime, now).TotalSeconds;
        var rate = seconds > 0 ? (done - firstBytes) / seconds : 0;
        return new CopyProgress(
            _phase, done, _bytesTotal, Interlocked.Read(ref _namesDone), _namesTotal, rate,
            rate > 0 ? TimeSpan.FromSeconds((_bytesTotal - done) / rate) : null);
    }
}
