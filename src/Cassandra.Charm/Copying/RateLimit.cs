namespace Cassandra.Charm.Copying;

/// <summary>
/// Spaces out reads of several workers so that together they keep to a rate that may change at any time. Unused
/// time is not saved up, so a stall of the disk is not followed by a burst.
/// </summary>
/// <param name="mebibytesPerSecond">Asked at every read; 0 or less is no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class RateLimit(Func<int> mebibytesPerSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _nextStart;

    /// <summary>Waits until so many bytes may be read.</summary>
    public void Take(int bytes, CancellationToken cancellationToken)
    {
        var delay = Reserve(bytes);
        if (delay > TimeSpan.Zero && cancellationToken.WaitHandle.WaitOne(delay))
            cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Reserves the next slot and tells how far ahead it is.</summary>
    internal TimeSpan Reserve(int bytes)
    {
        var rate = mebibytesPerSecond();
        if (rate <= 0)
            return TimeSpan.Zero;
        var duration = bytes / (rate * 1048576.0) * time.TimestampFrequency;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var start = Math.Max(now, _nextStart);
            _nextStart = start + (long)duration;
            return time.GetElapsedTime(now, start);
        }
    }
}
