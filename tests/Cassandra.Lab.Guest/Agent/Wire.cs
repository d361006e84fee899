using System.Buffers.Binary;

namespace Cassandra.Lab.Guest.Agent;

/// <summary>What a frame between host and command agent carries. Numbers are the wire's: never reuse one.</summary>
public enum FrameKind : byte
{
    /// <summary>Host: 16 random bytes. Agent: the same bytes back, by which the host finds a frame boundary.</summary>
    Hello = 1,
    /// <summary>Host: a <see cref="RunRequest"/>.</summary>
    Run = 2,
    /// <summary>Host: bytes for a program's standard input or for a file being put.</summary>
    Input = 3,
    /// <summary>Host: the end of that input.</summary>
    InputEnd = 4,
    /// <summary>Host: kill the program and its children.</summary>
    Kill = 5,
    /// <summary>Host: a <see cref="PutRequest"/>; the content follows as input.</summary>
    Put = 6,
    /// <summary>Host: a path as UTF-8; the content comes back as output.</summary>
    Get = 7,
    /// <summary>Host: an <see cref="IdentityRequest"/>.</summary>
    Identify = 8,
    /// <summary>Agent: bytes of standard output or of a file.</summary>
    Output = 16,
    /// <summary>Agent: bytes of standard error.</summary>
    ErrorOutput = 17,
    /// <summary>Agent: the call is over; four bytes of exit code (0 for anything but a program).</summary>
    Done = 18,
    /// <summary>Agent: the call could not be carried out; the reason as UTF-8.</summary>
    Failed = 19,
}

/// <summary>One message. <paramref name="Call"/> is chosen by the host and ties questions to answers.</summary>
public readonly record struct Frame(FrameKind Kind, int Call, ReadOnlyMemory<byte> Payload);

/// <summary>Frames as bytes: length (4, little endian, of the payload), call (4), kind (1), payload.</summary>
public static class Wire
{
    /// <summary>The longest payload that one frame may have, bytes.</summary>
    public const int MaxPayload = 1 << 20;
    /// <summary>Large contents travel in pieces of this many bytes, so that parallel calls take turns.</summary>
    public const int ChunkBytes = 64 << 10;
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderBytes = 9;

    /// <summary>The frame's bytes.</summary>
    public static byte[] Encode(Frame frame)
    {
        var bytes = new byte[HeaderBytes + frame.Payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, frame.Payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), frame.Call);
        bytes[8] = (byte)frame.Kind;
        frame.Payload.Span.CopyTo(bytes.AsSpan(HeaderBytes));
        return bytes;
    }

    /// <summary>Reads a header. A length that no sender writes means that the boundary is lost.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a header.</exception>
    public static (int Length, int Call, FrameKind Kind) DecodeHeader(ReadOnlySpan<byte> header)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > MaxPayload)
            throw new InvalidDataException($"frame of {length} bytes: the boundary between frames is lost");
        return (length, BinaryPrimitives.ReadInt32LittleEndian(header[4..]), (FrameKind)header[8]);
    }

    /// <summary>The next frame, or null at the end of the stream.</summary>
    public static async Task<Frame?> ReadAsync(Stream stream, CancellationToken ct = default)
    {
        var header = new byte[HeaderBytes];
        var got = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, ct);
        if (got == 0)
            return null;
        if (got < HeaderBytes)
            throw new EndOfStreamException("the stream ended inside a frame");
        var (length, call, kind) = DecodeHeader(header);
        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload, ct);
        return new Frame(kind, call, payload);
    }
}
