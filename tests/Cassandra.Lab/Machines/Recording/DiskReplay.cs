namespace Cassandra.Lab.Machines.Recording;

/// <summary>
/// Brings images of recorded disks forward from flush to flush. In between each of them holds what a power cut at that
/// moment leaves of it at least: all that it had been told to flush, and nothing else.
/// </summary>
public sealed class DiskReplay
{
    private readonly IReadOnlyList<DiskEvent> _events;
    private readonly FileStream _written;
    private readonly IReadOnlyList<string> _images;
    private readonly List<DiskEvent>[] _unflushed;
    private int _next;

    internal DiskReplay(IReadOnlyList<DiskEvent> events, FileStream written, IReadOnlyList<string> images)
    {
        (_events, _written, _images) = (events, written, images);
        _unflushed = [.. images.Select(_ => new List<DiskEvent>())];
    }

    /// <summary>How many flushes that wrote something there are from here on.</summary>
    public int Remaining
    {
        get
        {
            var dirty = _unflushed.Select(writes => writes.Count > 0).ToArray();
            var count = 0;
            foreach (var e in _events.Skip(_next))
            {
                if (e.IsFlush && dirty[e.Disk])
                    count++;
                dirty[e.Disk] = !e.IsFlush;
            }
            return count;
        }
    }

    /// <summary>As far as the recorder had come when it had <see cref="DiskRecorder.Count"/> events.</summary>
    public void SkipTo(int count)
    {
        while (_next < count && Step())
            continue;
    }

    /// <summary>Over the next flush that wrote something; false at the end.</summary>
    public bool MoveOn()
    {
        while (_next < _events.Count)
        {
            var e = _events[_next];
            var writes = e.IsFlush && _unflushed[e.Disk].Count > 0;
            Step();
            if (writes)
                return true;
        }
        return false;
    }

    private bool Step()
    {
        if (_next == _events.Count)
            return false;
        var e = _events[_next++];
        if (e.IsFlush)
            Apply(e.Disk);
        else
            _unflushed[e.Disk].Add(e);
        return true;
    }

    private void Apply(int disk)
    {
        using var image = File.OpenHandle(_images[disk], FileMode.Open, FileAccess.Write);
        foreach (var write in _unflushed[disk])
        {
            var bytes = new byte[write.Length];
            _written.Position = write.At;
            _written.ReadExactly(bytes);
            RandomAccess.Write(image, bytes, write.Offset);
        }
        _unflushed[disk].Clear();
    }
}
