using Cassandra.Lab.Guest.StandIn.Storage.SSTables;

namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>One table's memtables and SSTables. Flush, compaction and snapshot are called by one thread at a time
/// (<see cref="Database"/> sees to it); reads and writes by any.</summary>
internal sealed class Table : IDisposable
{
    private readonly StorageOptions _options;
    private readonly ReaderWriterLockSlim _lock = new();
    private Memtable _active = new();
    private Memtable? _flushing;
    private IReadOnlyList<SSTableReader> _sstables = [];
    private int _lastGeneration;

    public Table(TableDefinition definition, StorageOptions options)
    {
        Definition = definition;
        _options = options;
        // Since 4.0 the keyspaces that are only this node's lie in the first data directory.
        var data = definition.Keyspace is "system" or "system_schema" ? options.DataDirectories.Take(1) : options.DataDirectories;
        Directories = [.. data.Select(path => Path.Combine(path, definition.Keyspace, definition.DirectoryName))];
        foreach (var directory in Directories)
            DurableDirectory.Create(directory);
    }

    public TableDefinition Definition { get; }

    /// <summary>One for each data directory.</summary>
    public IReadOnlyList<string> Directories { get; }

    public IReadOnlyList<SSTableReader> SSTables => _sstables;

    /// <exception cref="CorruptSSTableException">An SSTable is not what was written.</exception>
    public void Open()
    {
        var found = new List<SSTableReader>();
        foreach (var directory in Directories)
        {
            var descriptors = Directory.EnumerateFiles(directory).Select(Descriptor.Parse)
                .Where(file => file?.Component == Descriptor.Data).Select(file => file!.Value.Descriptor);
            foreach (var descriptor in descriptors)
            {
                found.Add(SSTableReader.Open(descriptor, _options.Partitioner));
                _lastGeneration = Math.Max(_lastGeneration, descriptor.Generation);
            }
        }
        _sstables = found;
    }

    /// <summary>Returns about how many bytes of memory the write takes.</summary>
    public long Apply(RowKey key, Row change) => Reading(() => _active.Apply(key, change));

    /// <summary>The row's live columns, or null.</summary>
    public Row? Find(RowKey key) => Reading(() =>
    {
        var merged = new Row();
        var found = _sstables.Select(sstable => sstable.Find(key)).Concat(Memtables.Select(memtable => memtable.Find(key)));
        foreach (var row in found.OfType<Row>())
            merged.Merge(row);
        return merged.IsLive ? merged : null;
    });

    /// <summary>At most <paramref name="limit"/> live rows in key order, from <paramref name="from"/> on.</summary>
    public IReadOnlyList<(RowKey Key, Row Row)> Scan(RowKey? from, int limit) => Reading(() =>
    {
        var sources = _sstables.Select(sstable => sstable.Scan(from)).Concat(Memtables.Select(
            memtable => memtable.Snapshot().Where(entry => from is null || entry.Key.CompareTo(from.Value) >= 0)));
        return RowMerge.Merge(sources).Where(entry => entry.Row.IsLive).Take(limit).ToList();
    });

    /// <summary>Sets the memtable aside; what is written from now on goes into a new one.</summary>
    public void BeginFlush() => Writing(() =>
    {
        _flushing = _active;
        _active = new Memtable();
    });

    /// <summary>Writes what <see cref="BeginFlush"/> set aside.</summary>
    public void FinishFlush()
    {
        if (_flushing is { IsEmpty: false } memtable)
            Replace([], Write("flush", [], memtable.Snapshot()));
        Writing(() => _flushing = null);
    }

    /// <summary>Makes one SSTable of all.</summary>
    public void Compact()
    {
        var old = _sstables;
        if (old.Count == 0)
            return;
        var rows = RowMerge.Merge(old.Select(sstable => sstable.Scan())).Where(IsWorthKeeping);
        Replace(old, Write("compaction", old, rows));
    }

    private IEnumerable<Memtable> Memtables => _flushing is null ? [_active] : [_flushing, _active];

    // A deletion may be forgotten once no SSTable holds anything older: here, when all are merged.
    private bool IsWorthKeeping((RowKey Key, Row Row) entry)
    {
        var forgetBefore = DateTimeOffset.UtcNow.AddSeconds(-Definition.GcGraceSeconds).ToUnixTimeMilliseconds() * 1000;
        return entry.Row.IsLive || entry.Row.DeletedAt > forgetBefore;
    }

    private SSTableReader? Write(
        string operation, IReadOnlyList<SSTableReader> replaced, IEnumerable<(RowKey Key, Row Row)> rows)
    {
        var generation = ++_lastGeneration;
        var directory = Directories[generation % Directories.Count];
        var descriptor = new Descriptor(directory, _options.SSTableVersion, generation);
        var log = TransactionLog.Begin(directory, _options.SSTableVersion, operation);
        log.WillAdd(descriptor);
        foreach (var sstable in replaced)
            log.WillRemove(sstable.Descriptor);
        var isCompaction = replaced.Count > 0;
        var isEmpty = WriteRows(descriptor, rows, isCompaction ? _options.Pauses.WhileWriting : TimeSpan.Zero);
        log.Commit();
        if (isCompaction)
            Thread.Sleep(_options.Pauses.AfterCommit);
        foreach (var file in replaced.SelectMany(sstable => Descriptor.Components.Select(sstable.Descriptor.File)))
            File.Delete(file);
        log.Delete();
        if (isEmpty)
            return null;
        if (_options.IncrementalBackups && !isCompaction)
            Link(descriptor, Path.Combine(directory, "backups"));
        return SSTableReader.Open(descriptor, _options.Partitioner);
    }

    private bool WriteRows(Descriptor descriptor, IEnumerable<(RowKey Key, Row Row)> rows, TimeSpan pause)
    {
        var count = 0L;
        using (var writer = new SSTableWriter(descriptor, _options.Partitioner))
        {
            foreach (var (key, row) in rows)
            {
                writer.Add(key, row);
                count++;
            }
            writer.Flush();
            Thread.Sleep(pause);
            if (count > 0)
                writer.Finish();
        }
        if (count == 0)
            File.Delete(descriptor.File(Descriptor.Data));
        return count == 0;
    }

    private void Replace(IReadOnlyList<SSTableReader> old, SSTableReader? made) => Writing(() =>
    {
        _sstables = [.. _sstables.Except(old), .. made is null ? Array.Empty<SSTableReader>() : [made]];
        foreach (var sstable in old)
            sstable.Dispose();
    });

    private T Reading<T>(Func<T> action)
    {
        _lock.EnterReadLock();
        try
        {
            return action();
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    private void Writing(Action action)
    {
        _lock.EnterWriteLock();
        try
        {
            action();
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>Hard links of all SSTables in <c>snapshots/NAME</c>, and a list of them.</summary>
    public void Snapshot(string name)
    {
        foreach (var group in _sstables.GroupBy(sstable => sstable.Descriptor.Directory))
        {
            var directory = Path.Combine(group.Key, "snapshots", name);
            foreach (var sstable in group)
                Link(sstable.Descriptor, directory);
            var files = group.Select(sstable => $"\"{Path.GetFileName(sstable.Descriptor.File(Descriptor.Data))}\"");
            File.WriteAllText(Path.Combine(directory, "manifest.json"), $"{{\"files\":[{string.Join(',', files)}]}}");
        }
    }

    public void Dispose()
    {
        foreach (var sstable in _sstables)
            sstable.Dispose();
        _lock.Dispose();
    }

    private static void Link(Descriptor descriptor, string directory)
    {
        DurableDirectory.Create(directory);
        foreach (var component in Descriptor.Components)
        {
            var file = descriptor.File(component);
            Libc.HardLink(file, Path.Combine(directory, Path.GetFileName(file)));
        }
        Libc.SyncDirectory(directory);
    }
}
