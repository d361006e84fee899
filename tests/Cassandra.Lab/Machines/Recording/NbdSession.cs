using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Cassandra.Lab.Machines.Recording;

/// <summary>
/// One connection of QEMU to a <see cref="DiskRecorder"/>, in the protocol of network block devices: fixed newstyle
/// handshake, simple replies, one request after the other. Source: the NBD project's doc/proto.md.
/// </summary>
internal sealed class NbdSession(DiskRecorder recorder, Socket connection) : IAsyncDisposable
{
    private const ulong Greeting = 0x4e42444d41474943, OptionMagic = 0x49484156454f5054, OptionReplyMagic = 0x3e889045565a9;
    private const uint RequestMagic = 0x25609513, ReplyMagic = 0x67446698;
    private const ushort FixedNewstyle = 1, NoZeroes = 2;
    private const ushort HasFlags = 1, CanFlush = 4;
    private const uint Abort = 2, Go = 7;
    private const uint Acknowledged = 1, Information = 3, Unsupported = 0x80000001, Unknown = 0x80000006;
    private const ushort ReadCommand = 0, WriteCommand = 1, Disconnect = 2, FlushCommand = 3;
    private const uint InvalidArgument = 22;

    private readonly NetworkStream _stream = new(connection, ownsSocket: true);

    /// <summary>Serves until QEMU goes, in good order or not.</summary>
    public async Task ServeAsync(CancellationToken ct)
    {
        try
        {
            if (await NegotiateAsync(ct) is { } disk)
                while (await AnswerAsync(disk, ct))
                    continue;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // QEMU was killed, as in a power cut, or the recorder ends.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task<RecordedDisk?> NegotiateAsync(CancellationToken ct)
    {
        await SendAsync(Message(18, m =>
        {
            BinaryPrimitives.WriteUInt64BigEndian(m, Greeting);
            BinaryPrimitives.WriteUInt64BigEndian(m.AsSpan(8), OptionMagic);
            BinaryPrimitives.WriteUInt16BigEndian(m.AsSpan(16), FixedNewstyle | NoZeroes);
        }), ct);
        await ReadAsync(4, ct); // the client's flags: it has to have the same
        while (true)
        {
            var head = await ReadAsync(16, ct);
            var option = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(8));
            var data = await ReadAsync((int)BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(12)), ct);
            switch (option)
            {
                case Go when recorder.Find(ExportName(data)) is { } disk:
                    await ReplyAsync(option, Information, Message(12, m =>
                    {
                        BinaryPrimitives.WriteInt64BigEndian(m.AsSpan(2), disk.Bytes);
                        BinaryPrimitives.WriteUInt16BigEndian(m.AsSpan(10), HasFlags | CanFlush);
                    }), ct);
                    await ReplyAsync(option, Acknowledged, [], ct);
                    return disk;
                case Go:
                    await ReplyAsync(option, Unknown, [], ct);
                    break;
                case Abort:
                    await ReplyAsync(option, Acknowledged, [], ct);
                    return null;
                default:
                    await ReplyAsync(option, Unsupported, [], ct);
                    break;
            }
        }
    }

    private static string ExportName(byte[] data) =>
        Encoding.UTF8.GetString(data, 4, (int)BinaryPrimitives.ReadUInt32BigEndian(data));

    private Task ReplyAsync(uint option, uint kind, byte[] data, CancellationToken ct) =>
        SendAsync(Message(20 + data.Length, m =>
        {
            BinaryPrimitives.WriteUInt64BigEndian(m, OptionReplyMagic);
            BinaryPrimitives.WriteUInt32BigEndian(m.AsSpan(8), option);
            BinaryPrimitives.WriteUInt32BigEndian(m.AsSpan(12), kind);
            BinaryPrimitives.WriteInt32BigEndian(m.AsSpan(16), data.Length);
            data.CopyTo(m, 20);
        }), ct);

    /// <summary>One request; false once there will be no more.</summary>
    private async Task<bool> AnswerAsync(RecordedDisk disk, CancellationToken ct)
    {
        var head = await ReadAsync(28, ct);
        if (BinaryPrimitives.ReadUInt32BigEndian(head) != RequestMagic)
            throw new IOException("no request of the NBD protocol");
        var command = BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(6));
        var cookie = head.AsMemory(8, 8);
        var offset = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(16));
        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(24));
        byte[] answer = [];
        uint error = 0;
        switch (command)
        {
            case ReadCommand:
                answer = new byte[length];
                disk.Read(offset, answer);
                break;
            case WriteCommand:
                recorder.Write(disk, offset, await ReadAsync(length, ct));
                break;
            case FlushCommand:
                recorder.Flush(disk);
                break;
            case Disconnect:
                return false;
            default:
                error = InvalidArgument;
                break;
        }
        await SendAsync(Message(16 + answer.Length, m =>
        {
            BinaryPrimitives.WriteUInt32BigEndian(m, ReplyMagic);
            BinaryPrimitives.WriteUInt32BigEndian(m.AsSpan(4), error);
            cookie.Span.CopyTo(m.AsSpan(8));
            answer.CopyTo(m, 16);
        }), ct);
        return true;
    }

    private async Task<byte[]> ReadAsync(int count, CancellationToken ct)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, ct);
        return bytes;
    }

    private Task SendAsync(byte[] message, CancellationToken ct) => _stream.WriteAsync(message, ct).AsTask();

    private static byte[] Message(int length, Action<byte[]> fill)
    {
        var message = new byte[length];
        fill(message);
        return message;
    }
}
