using System.Buffers;
using System.Text;

namespace Cassandra.Lab.Machines;

/// <summary>One output stream of a program: kept whole, and handed on line by line while it comes.</summary>
internal sealed class CollectedOutput(Action<string>? onLine)
{
    private readonly ArrayBufferWriter<byte> _all = new();
    private readonly Lock _lock = new();
    private int _handedOn;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            _all.Write(bytes);
            if (onLine is not null && bytes.Contains((byte)'\n'))
                HandOn(upTo: _all.WrittenSpan.LastIndexOf((byte)'\n') + 1);
        }
    }

    /// <summary>No more comes: a last line without an end is a line too.</summary>
    public void End()
    {
        lock (_lock)
            if (onLine is not null)
                HandOn(upTo: _all.WrittenCount);
    }

    public byte[] ToBytes()
    {
        lock (_lock)
            return _all.WrittenSpan.ToArray();
    }

    public override string ToString() => Encoding.UTF8.GetString(ToBytes());

    private void HandOn(int upTo)
    {
        if (upTo == _handedOn)
            return;
        var text = Encoding.UTF8.GetString(_all.WrittenSpan[_handedOn..upTo]);
        _handedOn = upTo;
        foreach (var line in (text.EndsWith('\n') ? text[..^1] : text).Split('\n'))
            onLine!(line);
    }
}
