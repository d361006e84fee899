using System.Net;
using System.Net.Sockets;

namespace Cassandra.Lab.Guest.StandIn;

/// <summary>Listens on a port and serves each connection on a thread of its own: few connections, no busy waiting.</summary>
internal sealed class TcpService : IDisposable
{
    private const int StackBytes = 512 * 1024;

    private readonly Socket _listener;
    private readonly string _name;
    private readonly Action<Socket> _serve;
    private readonly Lock _lock = new();
    private readonly HashSet<Socket> _connections = [];
    private bool _isStopped;

    /// <exception cref="SocketException">The address is in use or not this machine's.</exception>
    public TcpService(string name, IPEndPoint address, Action<Socket> serve)
    {
        (_name, _serve) = (name, serve);
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(address);
            _listener.Listen(128);
        }
        catch (SocketException)
        {
            _listener.Dispose();
            throw;
        }
        Run("accept", Accept);
    }

    /// <summary>Closes the port and every connection.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isStopped = true;
            _listener.Dispose();
            foreach (var connection in _connections)
                connection.Dispose();
        }
    }

    private void Accept()
    {
        while (true)
        {
            Socket connection;
            try
            {
                connection = _listener.Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (_isStopped)
                    return;
                continue;
            }
            lock (_lock)
            {
                if (_isStopped)
                    connection.Dispose();
                else
                    _connections.Add(connection);
            }
            Run("connection", () => Serve(connection));
        }
    }

    private void Serve(Socket connection)
    {
        try
        {
            connection.NoDelay = true;
            _serve(connection);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The peer went away, or the port was closed under it.
        }
        finally
        {
            lock (_lock)
                _connections.Remove(connection);
            connection.Dispose();
        }
    }

    private void Run(string what, Action action) =>
        new Thread(() => action(), StackBytes) { IsBackground = true, Name = $"{_name}-{what}" }.Start();
}
