using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Cassandra.Charm.Node.Cql;

/// <summary>
/// One connection that speaks version 4 of the native protocol (Cassandra 2.2 and later), one request at a time: enough
/// to ask a node whether it answers and who it is, without starting a JVM.
/// </summary>
internal sealed class CqlConnection : IAsyncDisposable
{
    private const byte Request = 0x04;
    private const byte Response = 0x84;
    private const int HeaderLength = 9;
    private const int LongestAnswer = 4 * 1024 * 1024;
    private const short ConsistencyOne = 1;

    private readonly NetworkStream _stream;

    private CqlConnection(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true);

    private enum Opcode : byte
    {
        Error = 0x00,
        Startup = 0x01,
        Ready = 0x02,
        Options = 0x05,
        Supported = 0x06,
        Query = 0x07,
        Result = 0x08,
    }

    /// <summary>Connects.</summary>
    public static async Task<CqlConnection> OpenAsync(string address, int port, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancel).ConfigureAwait(false);
            return new CqlConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether the node answers OPTIONS as the protocol says.</summary>
    public async Task<bool> SupportsOptionsAsync(CancellationToken cancel) =>
        (await AskAsync(Opcode.Options, [], cancel).ConfigureAwait(false)).Opcode == Opcode.Supported;

    /// <summary>Begins a session.</summary>
    /// <exception cref="CqlException">The node wants a login, or refuses.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        byte[] body = [0, 1, .. Text("CQL_VERSION"), .. Text("3.0.0")];
        var (opcode, answer) = await AskAsync(Opcode.Startup, body, cancel).ConfigureAwait(false);
        if (opcode != Opcode.Ready)
            throw Unexpected("STARTUP", opcode, answer);
    }

    /// <summary>The rows that a statement without bound values answers.</summary>
    /// <exception cref="CqlException">The node refuses it, or answers no rows.</exception>
    public async Task<IReadOnlyList<CqlRow>> QueryAsync(string statement, CancellationToken cancel)
    {
        var text = Encoding.UTF8.GetBytes(statement);
        var body = new byte[4 + text.Length + 3];
        BinaryPrimitives.WriteInt32BigEndian(body, text.Length);
        text.CopyTo(body, 4);
        BinaryPrimitives.WriteInt16BigEndian(body.AsSpan(4 + text.Length), ConsistencyOne); // then one byte of flags: none
        var (opcode, answer) = await AskAsync(Opcode.Query, body, cancel).ConfigureAwait(false);
        return opcode == Opcode.Result ? CqlRow.ReadRows(answer) : throw Unexpected("QUERY", opcode, answer);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static byte[] Text(string text) => [0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static CqlException Unexpected(string request, Opcode opcode, byte[] answer) =>
        new(opcode == Opcode.Error
            ? $"{request} is refused: {new CqlReader(answer).ReadError()}"
            : $"{request} is answered with opcode {(byte)opcode}");

    private async Task<(Opcode Opcode, byte[] Body)> AskAsync(Opcode opcode, byte[] body, CancellationToken cancel)
    {
        var frame = new byte[HeaderLength + body.Length];
        frame[0] = Request; // then flags and stream id: zero
        frame[4] = (byte)opcode;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), body.Length);
        body.CopyTo(frame, HeaderLength);
        await _stream.WriteAsync(frame, cancel).ConfigureAwait(false);

        var header = new byte[HeaderLength];
        await _stream.ReadExactlyAsync(header, cancel).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5));
        if (header[0] != Response || length is < 0 or > LongestAnswer)
            throw new CqlException("the answer is not the native protocol's");
        var answer = new byte[length];
        await _stream.ReadExactlyAsync(answer, cancel).ConfigureAwait(false);
        return ((Opcode)header[4], answer);
    }
}
