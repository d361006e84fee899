namespace Cassandra.Lab.Processes;

/// <summary>The last lines of a long output.</summary>
public sealed class Tail(int lines)
{
    private readonly Queue<string> _lines = new();

    /// <summary>Appends a line and forgets the oldest when there are too many.</summary>
    public void Add(string line)
    {
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > lines)
                _lines.Dequeue();
        }
    }

    /// <summary>The lines kept.</summary>
    public override string ToString()
    {
        lock (_lines)
            return string.Join('\n', _lines);
    }
}
