namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>All tables and the commit log: what is acknowledged is on the disk.</summary>
internal sealed class Database : IDisposable
{
    private readonly StorageOptions _options;
    private readonly Lock _writes = new();
    private readonly Lock _maintenance = new();
    private readonly Dictionary<(string Keyspace, string Name), Table> _tables = [];
    private CommitLog? _commitLog;
    private long _memtableBytes;

    public Database(StorageOptions options)
    {
        _options = options;
        foreach (var definition in BuiltInTables.All)
            Add(definition);
    }

    public IReadOnlyCollection<Table> Tables
    {
        get
        {
            lock (_writes)
                return [.. _tables.Values];
        }
    }

    public CommitLog CommitLog => _commitLog ?? throw new InvalidOperationException("the commit log is not open yet");

    /// <summary>Set when <see cref="WantsFlush"/> becomes true.</summary>
    public AutoResetEvent FlushWanted { get; } = new(false);

    /// <summary>True when enough is in memory to be flushed.</summary>
    public bool WantsFlush => Interlocked.Read(ref _memtableBytes) >= _options.MemtableBytes;

    public Table? Find(string keyspace, string name)
    {
        lock (_writes)
            return _tables.GetValueOrDefault((keyspace, name));
    }

    public Table Add(TableDefinition definition)
    {
        var table = new Table(definition, _options);
        lock (_writes)
            return _tables[(definition.Keyspace, definition.Name)] = table;
    }

    /// <summary>Writes are accepted from now on.</summary>
    public void Open(CommitLog commitLog) => _commitLog = commitLog;

    /// <summary>Returns when the write is durable.</summary>
    public void Apply(Mutation mutation)
    {
        CommitLog.Position position;
        lock (_writes)
        {
            position = CommitLog.Append(mutation.ToBytes());
            ApplyInMemory(mutation);
        }
        CommitLog.SyncTo(position);
    }

    /// <summary>For a replay. False: there is no such table (any more).</summary>
    public bool ApplyInMemory(Mutation mutation)
    {
        if (!_tables.TryGetValue((mutation.Keyspace, mutation.Table), out var table))
            return false;
        Interlocked.Add(ref _memtableBytes, table.Apply(mutation.Key, mutation.Row));
        if (WantsFlush)
            FlushWanted.Set();
        return true;
    }

    /// <summary>Writes all memtables into SSTables, then removes the commit log they were in.</summary>
    public void Flush()
    {
        lock (_maintenance)
        {
            IReadOnlyList<string> covered;
            List<Table> tables;
            lock (_writes)
            {
                covered = _commitLog?.SwitchForFlush() ?? [];
                tables = [.. _tables.Values];
                tables.ForEach(table => table.BeginFlush());
                Interlocked.Exchange(ref _memtableBytes, 0);
            }
            tables.ForEach(table => table.FinishFlush());
            _commitLog?.Discard(covered);
        }
    }

    /// <summary>Writes one table's memtable; the commit log keeps it too, until the next full flush.</summary>
    public void Flush(Table table)
    {
        lock (_maintenance)
        {
            table.BeginFlush();
            table.FinishFlush();
        }
    }

    /// <summary>Runs while no flush or compaction does.</summary>
    public void WhileUndisturbed(Action action)
    {
        lock (_maintenance)
            action();
    }

    /// <summary>Compacts the tables that have many SSTables, or all of one keyspace (or of every one) on demand.</summary>
    public void Compact(Func<Table, bool>? wanted = null)
    {
        wanted ??= table => table.SSTables.Count >= _options.CompactionThreshold;
        foreach (var table in Tables)
        {
            lock (_maintenance)
            {
                if (wanted(table))
                    table.Compact();
            }
        }
    }

    /// <summary>Replaces the metadata of the oldest SSTable of each of the users' tables.</summary>
    public void ReplaceStatistics()
    {
        foreach (var table in Tables.Where(table => !table.Definition.Keyspace.StartsWith("system", StringComparison.Ordinal)))
        {
            lock (_maintenance)
            {
                if (table.SSTables is [var oldest, ..])
                    oldest.ReplaceStatistics();
            }
        }
    }

    /// <summary>Hard-links every SSTable of those tables.</summary>
    public void Snapshot(string name, Func<Table, bool> wanted)
    {
        lock (_maintenance)
        {
            foreach (var table in Tables.Where(wanted))
                table.Snapshot(name);
        }
    }

    public void Dispose()
    {
        lock (_maintenance)
            _commitLog?.Dispose();
        foreach (var table in Tables)
            table.Dispose();
        FlushWanted.Dispose();
    }
}
