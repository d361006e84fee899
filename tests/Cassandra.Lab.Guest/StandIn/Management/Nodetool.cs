using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Cassandra.Lab.Guest.StandIn.Management;

/// <summary>The nodetool program: passes its command to the daemon's management port.</summary>
internal static class Nodetool
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (host, port) = ("127.0.0.1", 7199);
        var at = 0;
        for (; at < arguments.Length && arguments[at].StartsWith('-'); at++)
        {
            // Options before the command; each of those known takes a value.
            switch (arguments[at])
            {
                case "-h" or "--host":
                    host = arguments[++at];
                    break;
                case "-p" or "--port":
                    port = int.Parse(arguments[++at], CultureInfo.InvariantCulture);
                    break;
                case "-u" or "--username" or "-pw" or "--password" or "-pwf" or "--password-file":
                    at++;
                    break;
                default:
                    break;
            }
        }
        if (at >= arguments.Length || arguments[at] == "help")
        {
            Console.Out.WriteLine("usage: nodetool [(-h <host>)] [(-p <port>)] <command> [<args>]");
            return 0;
        }
        return await AskAsync(host, port, arguments[at..]);
    }

    private static async Task<int> AskAsync(string host, int port, string[] command)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host, port);
        }
        catch (SocketException)
        {
            await Console.Error.WriteLineAsync(
                $"nodetool: Failed to connect to '{host}:{port}' - ConnectException: 'Connection refused (Connection refused)'.");
            return 1;
        }
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Join(ManagementPort.Separator, command) + "\n"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string? code;
        string text;
        try
        {
            code = await reader.ReadLineAsync();
            text = await reader.ReadToEndAsync();
        }
        catch (IOException)
        {
            (code, text) = (null, "");
        }
        if (!int.TryParse(code, CultureInfo.InvariantCulture, out var exitCode))
        {
            await Console.Error.WriteLineAsync("error: null\n-- StackTrace --\njava.io.EOFException");
            return 2;
        }
        await (exitCode == 0 ? Console.Out : Console.Error).WriteAsync(text);
        return exitCode;
    }
}
