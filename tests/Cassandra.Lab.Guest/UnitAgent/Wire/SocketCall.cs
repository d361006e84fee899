using System.Net.Sockets;
using System.Text.Json;

namespace Cassandra.Lab.Guest.UnitAgent.Wire;

/// <summary>The calling side: one request, one answer, synchronous so that a hook tool starts and ends quickly.</summary>
public static class SocketCall
{
    /// <summary>Sends the request, and a second time with standard input if the agent asks for it.</summary>
    public static ToolResponse Send(string socketPath, ToolRequest request)
    {
        var response = SendOnce(socketPath, request);
        return response.NeedsInput
            ? SendOnce(socketPath, request with { Input = Console.In.ReadToEnd() })
            : response;
    }

    /// <summary>Writes the answer to the process's own streams and returns its exit code.</summary>
    public static int Print(ToolResponse response)
    {
        Write(Console.OpenStandardOutput(), response.Output);
        Write(Console.OpenStandardError(), response.Error);
        return response.ExitCode;
    }

    /// <summary>True if something accepts connections there.</summary>
    public static bool Answers(string socketPath)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <exception cref="IOException">The agent ended before it had answered.</exception>
    private static ToolResponse SendOnce(string socketPath, ToolRequest request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(socketPath));
        using var stream = new NetworkStream(socket);
        JsonSerializer.Serialize(stream, request, WireJson.Relaxed.ToolRequest);
        socket.Shutdown(SocketShutdown.Send);
        try
        {
            return JsonSerializer.Deserialize(stream, WireJson.Relaxed.ToolResponse) ?? throw new IOException("the agent sent no answer");
        }
        catch (JsonException cut)
        {
            throw new IOException("the agent ended within its answer, or before it", cut);
        }
    }

    private static void Write(Stream stream, string text)
    {
        if (text.Length > 0)
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
