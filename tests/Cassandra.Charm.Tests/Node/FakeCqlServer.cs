using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cassandra.Charm.Tests.Node;

/// <summary>A server on the loopback address that answers frames of the native protocol as a test says.</summary>
internal sealed class FakeCqlServer : IDisposable
{
    public const byte Error = 0x00, Startup = 0x01, Ready = 0x02, Authenticate = 0x03, Options = 0x05, Supported = 0x06,
        Query = 0x07, Result = 0x08;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();

    /// <param name="answer">Opcode and body of a request → of its answer; null: none, ever.</param>
    public FakeCqlServer(Func<byte, byte[], (byte Opcode, byte[] Body)?> answer)
    {
        _listener.Start();
        _ = ServeAsync(answer);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Answers OPTIONS, STARTUP, and every query with the given rows' body.</summary>
    public static FakeCqlServer WithRows(byte[] rows) => new((opcode, _) => opcode switch
    {
        Options => (Supported, [0, 0]),
        Startup => (Ready, []),
        Query => (Result, rows),
        _ => null,
    });

    public static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] Text(string text) => [.. Short(text.Length), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Value(byte[]? value) => value is null ? Int(-1) : [.. Int(value.Length), .. value];

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync(Func<byte, byte[], (byte Opcode, byte[] Body)?> answer)
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token), answer);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private static async Task ServeAsync(TcpClient client, Func<byte, byte[], (byte Opcode, byte[] Body)?> answer)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var header = new byte[9];
                while (true)
                {
                    await stream.ReadExactlyAsync(header);
                    var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5))];
                    await stream.ReadExactlyAsync(body);
                    if (answer(header[4], body) is var (opcode, reply))
                        await stream.WriteAsync((byte[])[0x84, 0, 0, 0, opcode, .. Int(reply.Length), .. reply]);
                }
            }
            catch (IOException)
            {
                // The client has gone.
            }
        }
    }
}
