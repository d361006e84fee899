namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>A value and the microsecond at which it was written.</summary>
internal readonly record struct Cell(long Timestamp, byte[] Value);

/// <summary>The columns of one row and when it was last deleted. The newest timestamp wins, in whatever order writes
/// are replayed or merged; a deletion wins over a write of the same microsecond.</summary>
internal sealed class Row
{
    public const long NeverDeleted = long.MinValue;

    private readonly SortedDictionary<string, Cell> _cells = new(StringComparer.Ordinal);

    public long DeletedAt { get; private set; } = NeverDeleted;

    public IReadOnlyDictionary<string, Cell> Cells => _cells;

    /// <summary>False once everything in the row is deleted.</summary>
    public bool IsLive => _cells.Count > 0;

    public static Row Deletion(long timestamp) => new() { DeletedAt = timestamp };

    public Row Set(string column, Cell cell)
    {
        if (cell.Timestamp > DeletedAt && (!_cells.TryGetValue(column, out var old) || cell.Timestamp >= old.Timestamp))
            _cells[column] = cell;
        return this;
    }

    public void Merge(Row other)
    {
        if (other.DeletedAt > DeletedAt)
        {
            DeletedAt = other.DeletedAt;
            foreach (var column in _cells.Where(cell => cell.Value.Timestamp <= DeletedAt).Select(cell => cell.Key).ToList())
                _cells.Remove(column);
        }
        foreach (var (column, cell) in other._cells)
            Set(column, cell);
    }

    public Row Copy()
    {
        var copy = new Row();
        copy.Merge(this);
        return copy;
    }

    public void Write(BinaryWriter to)
    {
        to.Write(DeletedAt);
        to.Write((ushort)_cells.Count);
        foreach (var (column, cell) in _cells)
        {
            to.Write(column);
            to.Write(cell.Timestamp);
            to.Write(cell.Value.Length);
            to.Write(cell.Value);
        }
    }

    public static Row Read(BinaryReader from)
    {
        var row = new Row { DeletedAt = from.ReadInt64() };
        for (var cells = from.ReadUInt16(); cells > 0; cells--)
        {
            var column = from.ReadString();
            var timestamp = from.ReadInt64();
            row._cells[column] = new Cell(timestamp, from.ReadBytes(from.ReadInt32()));
        }
        return row;
    }
}
