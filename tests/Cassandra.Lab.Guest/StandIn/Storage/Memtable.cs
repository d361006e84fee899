namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>Rows written since the last flush.</summary>
internal sealed class Memtable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<RowKey, Row> _rows = [];

    public bool IsEmpty => _rows.Count == 0;

    /// <summary>Merges a write and returns about how many bytes it takes.</summary>
    public long Apply(RowKey key, Row change)
    {
        lock (_lock)
        {
            if (_rows.TryGetValue(key, out var row))
                row.Merge(change);
            else
                _rows.Add(key, change.Copy());
        }
        return 64 + key.Bytes.Length + change.Cells.Values.Sum(cell => 32L + cell.Value.Length);
    }

    public Row? Find(RowKey key)
    {
        lock (_lock)
            return _rows.TryGetValue(key, out var row) ? row.Copy() : null;
    }

    /// <summary>Rows as they are now, in key order.</summary>
    public List<(RowKey Key, Row Row)> Snapshot()
    {
        lock (_lock)
            return [.. _rows.Select(entry => (entry.Key, entry.Value.Copy()))];
    }
}
