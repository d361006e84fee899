using System.Net.Sockets;
using System.Text.Json;

namespace Cassandra.Lab.Guest.UnitAgent.Wire;

/// <summary>The answering side of a unix socket: each connection carries one request and one answer.</summary>
internal sealed class SocketServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<ToolRequest, Task<ToolResponse>> _answer;
    private readonly string _path;

    public SocketServer(string path, Func<ToolRequest, Task<ToolResponse>> answer)
    {
        _path = path;
        _answer = answer;
        File.Delete(path); // a socket file left by a killed agent would refuse the bind
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(64);
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket connection;
            try
            {
                connection = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return; // disposed
            }

            _ = ServeAsync(connection);
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            var request = await JsonSerializer.DeserializeAsync(stream, WireJson.Relaxed.ToolRequest);
            if (request is not null)
                await JsonSerializer.SerializeAsync(stream, await AnswerAsync(request), WireJson.Relaxed.ToolResponse);
        }
        catch (Exception e) when (e is IOException or JsonException or SocketException)
        {
            // The caller went away or only probed the socket.
        }
    }

    private async Task<ToolResponse> AnswerAsync(ToolRequest request)
    {
        try
        {
            return await _answer(request);
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{request.Tool}: {e}");
            return new ToolResponse(1, "", $"ERROR {e.Message}\n");
        }
    }
}
