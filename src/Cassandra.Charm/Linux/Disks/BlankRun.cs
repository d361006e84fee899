using System.Diagnostics;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>One pass over a list of ranges, worked on by several readers; the first find ends it.</summary>
internal sealed class BlankRun(
    OpenDevice device, ByteRange[] chunks, TimeSpan budget, Action<double>? progress, CancellationToken cancel)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(500);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private int _next = -1;
    private int _done;
    private TimeSpan _reported = -ReportEvery;
    private long? _nonZeroAt;
    private long? _unreadableAt;

    /// <summary>To be asked when all readers have returned.</summary>
    internal BlankReading Result => new(chunks.Length == 0 ? 1 : (double)_done / chunks.Length, _nonZeroAt, _unreadableAt);

    private bool IsOver =>
        _nonZeroAt is not null || _unreadableAt is not null || cancel.IsCancellationRequested
        || (budget != Timeout.InfiniteTimeSpan && _clock.Elapsed > budget);

    /// <summary>Takes chunk after chunk until none is left or the answer is known.</summary>
    internal void Work()
    {
        using var buffer = new AlignedBuffer((int)chunks.Select(chunk => chunk.Length).DefaultIfEmpty(0).Max());
        while (!IsOver && Interlocked.Increment(ref _next) is var index && index < chunks.Length)
        {
            Judge(chunks[index], buffer.Span[..(int)chunks[index].Length]);
            Report(Interlocked.Increment(ref _done));
        }
    }

    private void Judge(ByteRange chunk, Span<byte> buffer)
    {
        try
        {
            device.Fill(buffer, chunk.Offset);
        }
        catch (IOException)
        {
            var at = FirstUnreadable(chunk, buffer);
            lock (_lock)
                _unreadableAt = Math.Min(at, _unreadableAt ?? at);
            return;
        }

        if (buffer.IndexOfAnyExcept((byte)0) is >= 0 and var index)
        {
            var at = chunk.Offset + index;
            lock (_lock)
                _nonZeroAt = Math.Min(at, _nonZeroAt ?? at);
        }
    }

    private long FirstUnreadable(ByteRange chunk, Span<byte> buffer)
    {
        for (var at = 0; at < buffer.Length; at += BlankPlan.Block)
        {
            try
            {
                device.Fill(buffer.Slice(at, Math.Min(BlankPlan.Block, buffer.Length - at)), chunk.Offset + at);
            }
            catch (IOException)
            {
                return chunk.Offset + at;
            }
        }

        return chunk.Offset; // it failed once: a disk that changes its mind is not to be trusted either
    }

    private void Report(int done)
    {
        if (progress is null)
            return;
        lock (_lock)
        {
            if (_clock.Elapsed - _reported < ReportEvery)
                return;
            _reported = _clock.Elapsed;
            progress((double)done / chunks.Length);
        }
    }
}
