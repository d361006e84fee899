using System.Buffers.Binary;

namespace Cassandra.Lab.Guest.StandIn.Cql;

/// <summary>Protocol v5's framing: segments of at most 128 KiB, header under CRC-24, payload under CRC-32. Reads give
/// the payloads joined; each write of a whole message is cut into segments.</summary>
internal sealed class SegmentStream(Stream inner) : Stream
{
    private const int MaximumPayload = (1 << 17) - 1;
    private const int SelfContainedBit = 1 << 17;

    private byte[] _payload = [];
    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (_at == _payload.Length)
        {
            if (!ReadSegment())
                return 0;
        }
        var length = Math.Min(count, _payload.Length - _at);
        Array.Copy(_payload, _at, buffer, offset, length);
        _at += length;
        return length;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        var isSelfContained = count <= MaximumPayload;
        for (var end = offset + count; offset < end;)
        {
            var length = Math.Min(MaximumPayload, end - offset);
            WriteSegment(buffer.AsSpan(offset, length), isSelfContained);
            offset += length;
        }
    }

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private bool ReadSegment()
    {
        var header = new byte[6];
        var read = inner.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read == 0)
            return false;
        var bits = header[0] | (header[1] << 8) | (header[2] << 16);
        var checksum = header[3] | (header[4] << 8) | (header[5] << 16);
        if (read < header.Length || checksum != SegmentChecksum.Crc24(bits, 3))
            throw new CqlException(CqlException.ProtocolError, "Invalid segment header checksum");
        var payload = new byte[(bits & MaximumPayload) + 4];
        inner.ReadExactly(payload);
        _payload = payload[..^4];
        _at = 0;
        if (BinaryPrimitives.ReadUInt32LittleEndian(payload.AsSpan(payload.Length - 4)) != SegmentChecksum.Crc32(_payload))
            throw new CqlException(CqlException.ProtocolError, "Invalid segment payload checksum");
        return true;
    }

    private void WriteSegment(ReadOnlySpan<byte> payload, bool isSelfContained)
    {
        var bits = payload.Length | (isSelfContained ? SelfContainedBit : 0);
        var checksum = SegmentChecksum.Crc24(bits, 3);
        var segment = new byte[6 + payload.Length + 4];
        for (var i = 0; i < 3; i++)
        {
            segment[i] = (byte)(bits >> (8 * i));
            segment[3 + i] = (byte)(checksum >> (8 * i));
        }
        payload.CopyTo(segment.AsSpan(6));
        BinaryPrimitives.WriteUInt32LittleEndian(segment.AsSpan(segment.Length - 4), SegmentChecksum.Crc32(payload));
        inner.Write(segment);
    }
}

/// <summary>The two checksums of native_protocol_v5, with its constants.</summary>
internal static class SegmentChecksum
{
    private static readonly uint[] Table = MakeTable();

    public static int Crc24(int bytes, int count)
    {
        var crc = 0x875060;
        for (var i = 0; i < count; i++, bytes >>= 8)
        {
            crc ^= (bytes & 0xff) << 16;
            for (var bit = 0; bit < 8; bit++)
            {
                crc <<= 1;
                if ((crc & 0x1000000) != 0)
                    crc ^= 0x1974F0B;
            }
        }
        return crc;
    }

    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in (ReadOnlySpan<byte>)[0xFA, 0x2D, 0x55, 0xCA])
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        foreach (var value in bytes)
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            table[i] = value;
        }
        return table;
    }
}
