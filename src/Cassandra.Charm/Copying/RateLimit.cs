namespace Cassandra.Charm.Copying;

/// <summary>
/// Spaces out reads of several workers so that together they keep to a rate that may change at any time. Unused
/// time is not saved up, so a stall of the disk is not followed by a burst; and under a limit a read is small, so nobody
/// who waits for the same disk waits for long (measured with 1 MiB at a time and 8 MiB to write behind: the slowest
/// hundredth of a client's writes took five times as long as without a copy; with 256 KiB 1.3 times).
/// </summary>
/// <param name="mebibytesPerSecond">Asked at every read; 0 or less is no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class RateLimit(Func<int> mebibytesPerSecond, TimeProvider time)
{
    /// <summary>The most that is granted at once under a limit, in bytes: whole chunks, as the digest
    /// needs them, and as much as clouds count for one operation of a disk.</summary>
    public const int Piece = 2 * ContentDigest.ChunkSize;

    private readonly Lock _lock = new();
    private long _nextStart;

    /// <summary>There was a limit when it was last asked for.</summary>
    public bool IsSet { get; private set; }

    /// <summary>Waits until as many bytes as it tells may be read: at least one, at most what is wanted.</summary>
    public int Take(int wanted, CancellationToken cancellationToken)
    {
        var delay = Reserve(wanted, out var granted);
        if (delay > TimeSpan.Zero && cancellationToken.WaitHandle.WaitOne(delay))
            cancellationToken.ThrowIfCancellationRequested();
        return granted;
    }

    /// <summary>Reserves the next slot and tells how far ahead it is.</summary>
    internal TimeSpan Reserve(int wanted, out int granted)
    {
        var rate = mebibytesPerSecond();
        IsSet = rate > 0;
        granted = IsSet ? Math.Min(wanted, Piece) : wanted;
        if (!IsSet)
            return TimeSpan.Zero;
        var duration = granted / (rate * 1048576.0) * time.TimestampFrequency;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var start = Math.Max(now, _nextStart);
            _nextStart = start + (long)duration;
            return time.GetElapsedTime(now, start);
        }
    }
}
