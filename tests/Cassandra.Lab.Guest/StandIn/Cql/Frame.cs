using System.Buffers.Binary;

namespace Cassandra.Lab.Guest.StandIn.Cql;

internal enum Opcode : byte
{
    Error = 0x00,
    Startup = 0x01,
    Ready = 0x02,
    Authenticate = 0x03,
    Options = 0x05,
    Supported = 0x06,
    Query = 0x07,
    Result = 0x08,
    Prepare = 0x09,
    Execute = 0x0A,
    Register = 0x0B,
    Event = 0x0C,
    Batch = 0x0D,
    AuthChallenge = 0x0E,
    AuthResponse = 0x0F,
    AuthSuccess = 0x10,
}

/// <summary>One message of the native protocol, v3 to v5.</summary>
internal sealed record Frame(byte Version, short Stream, Opcode Opcode, byte[] Body)
{
    public const int HeaderLength = 9;
    private const byte ResponseBit = 0x80;
    private const int MaximumBody = 16 << 20;

    public bool IsResponse => (Version & ResponseBit) != 0;

    public byte ProtocolVersion => (byte)(Version & ~ResponseBit);

    public static Frame Request(byte version, short stream, Opcode opcode, byte[] body) => new(version, stream, opcode, body);

    public static Frame Response(byte version, short stream, Opcode opcode, byte[] body) =>
        new((byte)(version | ResponseBit), stream, opcode, body);

    /// <summary>Null: the peer closed the connection between two frames.</summary>
    public static Frame? Read(Stream from)
    {
        var header = new byte[HeaderLength];
        var read = from.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
        if (read == 0)
            return null;
        if (read < HeaderLength)
            throw new EndOfStreamException("connection closed inside a frame");
        var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5));
        if (length is < 0 or > MaximumBody)
            throw new CqlException(CqlException.ProtocolError, $"Invalid frame length {length}");
        var body = new byte[length];
        from.ReadExactly(body);
        return new Frame(header[0], BinaryPrimitives.ReadInt16BigEndian(header.AsSpan(2)), (Opcode)header[4], body);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderLength + Body.Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(2), Stream);
        bytes[4] = (byte)Opcode;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(5), Body.Length);
        Body.CopyTo(bytes.AsSpan(HeaderLength));
        return bytes;
    }
}
