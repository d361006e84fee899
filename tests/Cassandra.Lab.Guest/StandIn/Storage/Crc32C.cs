using System.Buffers.Binary;
using System.Numerics;

namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>CRC-32C of what passes by; one machine instruction for eight bytes, so cheap under emulation too.</summary>
internal struct Crc32C
{
    private uint _state;

    public Crc32C() => _state = uint.MaxValue;

    public readonly uint Value => ~_state;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = new Crc32C();
        crc.Add(bytes);
        return crc.Value;
    }

    public static uint OfFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var crc = new Crc32C();
        var buffer = new byte[1 << 16];
        for (int read; (read = file.Read(buffer)) > 0;)
            crc.Add(buffer.AsSpan(0, read));
        return crc.Value;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var state = _state;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            state = BitOperations.Crc32C(state, value);
        _state = state;
    }
}
