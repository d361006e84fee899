using System.Globalization;

namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>Segments that hold every write since the last flush. A write may be acknowledged once
/// <see cref="SyncTo"/> has returned for it: batch mode, so that "acknowledged" can be checked after a power cut.</summary>
internal sealed class CommitLog : IDisposable
{
    private readonly Lock _append = new();
    private readonly Lock _sync = new();
    private readonly string _directory;
    private readonly string? _cdcDirectory;
    private readonly int _version;
    private readonly long _segmentBytes;
    private readonly List<string> _olderSegments = [];
    private CommitLogSegment _active;
    private long _nextId;

    public CommitLog(string directory, string? cdcDirectory, int version, long segmentBytes, long firstId)
    {
        (_directory, _cdcDirectory, _version, _segmentBytes) = (directory, cdcDirectory, version, segmentBytes);
        _nextId = firstId;
        _active = NewSegment();
    }

    /// <summary>A write's place in the log.</summary>
    internal readonly record struct Position(CommitLogSegment Segment, long Offset);

    public string ActiveSegment => _active.Path;

    /// <summary>True once somebody else has deleted the segment that is being written.</summary>
    public bool ActiveSegmentIsDeleted => _active.IsDeleted;

    /// <exception cref="ArgumentException">More than half a segment.</exception>
    public Position Append(byte[] entry)
    {
        if (entry.Length > _segmentBytes / 2)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"Mutation of {entry.Length} bytes is too large for the maximum size of {_segmentBytes / 2}"));
        }
        lock (_append)
        {
            if (!_active.HasRoomFor(entry.Length))
                Switch();
            return new Position(_active, _active.Append(entry));
        }
    }

    /// <summary>Returns when the write is on the disk; concurrent callers share one sync.</summary>
    public void SyncTo(Position position)
    {
        lock (_sync)
        {
            if (position.Segment.SyncedTo < position.Offset)
                position.Segment.Sync();
        }
    }

    /// <summary>Starts a new segment; everything appended before is in the older ones.</summary>
    public IReadOnlyList<string> SwitchForFlush()
    {
        lock (_append)
        {
            Switch();
            return [.. _olderSegments];
        }
    }

    /// <summary>Removes segments whose writes are all in SSTables. Oldest first: a replay of what is left must never
    /// see a write without the deletion that followed it.</summary>
    public void Discard(IReadOnlyList<string> segments)
    {
        foreach (var segment in segments)
        {
            File.Delete(segment);
            lock (_append)
                _olderSegments.Remove(segment);
        }
        Libc.SyncDirectory(_directory);
    }

    public void Dispose()
    {
        lock (_append)
        {
            lock (_sync)
                _active.Sync();
            _active.Dispose();
        }
    }

    private void Switch()
    {
        lock (_sync)
            _active.Sync();
        var next = NewSegment();
        _olderSegments.Add(_active.Path);
        // The handle of the old segment may still be waited for in SyncTo, which finds it synced; the finaliser closes it.
        _active = next;
    }

    private CommitLogSegment NewSegment()
    {
        var segment = CommitLogSegment.Create(_directory, _version, _nextId++, _segmentBytes);
        if (_cdcDirectory is not null)
            Libc.HardLink(segment.Path, Path.Combine(_cdcDirectory, Path.GetFileName(segment.Path)));
        return segment;
    }
}
