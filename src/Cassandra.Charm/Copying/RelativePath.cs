namespace Cassandra.Charm.Copying;

/// <summary>The path of the current entry during a walk, below the tree's root, in one buffer.</summary>
internal sealed class RelativePath
{
    private byte[] _bytes = new byte[512];
    private int _length;

    /// <summary>Without a leading or a trailing slash; empty for the root.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Zero-terminated, as system calls want it.</summary>
    public byte[] ToZeroTerminated() => [.. Bytes, 0];

    /// <summary>Goes down to an entry; the result is what <see cref="Leave"/> needs to come back.</summary>
    public int Enter(ReadOnlySpan<byte> zeroTerminatedName)
    {
        var before = _length;
        var name = zeroTerminatedName[..^1];
        if (_length + 1 + name.Length > _bytes.Length)
            Array.Resize(ref _bytes, 2 * (_length + 1 + name.Length));
        if (_length > 0)
            _bytes[_length++] = (byte)'/';
        name.CopyTo(_bytes.AsSpan(_length));
        _length += name.Length;
        return before;
    }

    public void Leave(int before) => _length = before;
}
