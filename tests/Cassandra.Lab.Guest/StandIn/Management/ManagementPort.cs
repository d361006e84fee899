using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cassandra.Lab.Guest.StandIn.Management;

/// <summary>Where the real program has JMX: 127.0.0.1:7199, taken before anything else, so that a second daemon dies of
/// it. One line of arguments in, an exit code and a text out.</summary>
internal sealed class ManagementPort : IDisposable
{
    public const char Separator = '\u001f';

    private readonly TcpService _service;
    private readonly CancellationTokenSource _stopping;

    /// <exception cref="StartupFailure">The port is taken.</exception>
    public ManagementPort(int port, CancellationTokenSource stopping)
    {
        _stopping = stopping;
        try
        {
            _service = new TcpService("jmx", new IPEndPoint(IPAddress.Loopback, port), Serve);
        }
        catch (SocketException)
        {
            throw StartupFailure.Check(
                1, $"Port already in use: {port}; nested exception is: \n\tjava.net.BindException: Address already in use (Bind failed)");
        }
    }

    /// <summary>Null while the node checks its directories.</summary>
    public Node? Node { get; set; }

    public void Dispose() => _service.Dispose();

    private void Serve(Socket socket)
    {
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        if (reader.ReadLine() is not { } line)
            return;
        var answer = NodeCommands.Run(Node, line.Split(Separator), _stopping);
        stream.Write(Encoding.UTF8.GetBytes($"{answer.ExitCode}\n{answer.Text}"));
    }
}
