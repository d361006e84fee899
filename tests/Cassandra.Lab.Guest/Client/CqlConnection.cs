using System.Net.Sockets;
using Cassandra.Lab.Guest.StandIn.Cql;

namespace Cassandra.Lab.Guest.Client;

/// <summary>Where the node is and who asks. Times out rather than waiting for a node that has gone silent.</summary>
internal sealed record CqlEndpoint(string Host, int Port, string? User, string? Password, TimeSpan Timeout, byte Version = 4);

/// <summary>One page of a SELECT; empty for other statements.</summary>
internal sealed record CqlPage(
    IReadOnlyList<(string Name, ushort Type)> Columns, IReadOnlyList<byte[]?[]> Rows, byte[]? NextPage)
{
    public static readonly CqlPage Empty = new([], [], null);
}

/// <summary>A connection to a node, real or stand-in, over the native protocol; one request at a time.</summary>
internal sealed class CqlConnection : IDisposable
{
    private const byte HasValues = 0x01;
    private const byte HasPageSize = 0x04;
    private const byte HasPagingState = 0x08;
    private const int ConsistencyOne = 0x0001;

    private readonly CqlEndpoint _endpoint;
    private readonly Socket _socket;
    private Stream _stream;

    private CqlConnection(CqlEndpoint endpoint, Socket socket)
    {
        _endpoint = endpoint;
        _socket = socket;
        _stream = new BufferedStream(new NetworkStream(socket));
    }

    /// <exception cref="SocketException">Nobody listens.</exception>
    /// <exception cref="CqlException">The node refuses.</exception>
    public static CqlConnection Open(CqlEndpoint endpoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)endpoint.Timeout.TotalMilliseconds,
            SendTimeout = (int)endpoint.Timeout.TotalMilliseconds,
        };
        try
        {
            socket.Connect(endpoint.Host, endpoint.Port);
            var connection = new CqlConnection(endpoint, socket);
            connection.Start();
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What OPTIONS is answered with; works before any STARTUP.</summary>
    public static IReadOnlyDictionary<string, string[]> Options(CqlEndpoint endpoint)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = (int)endpoint.Timeout.TotalMilliseconds,
        };
        socket.Connect(endpoint.Host, endpoint.Port);
        using var connection = new CqlConnection(endpoint, socket);
        return connection.Ask(Opcode.Options, []).StringMultiMap();
    }

    public CqlPage Query(string cql, params byte[][] values) => Page(cql, values, pageSize: null, pagingState: null);

    /// <summary>All rows of a SELECT, page by page.</summary>
    public IEnumerable<byte[]?[]> Rows(string cql, int pageSize)
    {
        byte[]? state = null;
        do
        {
            var page = Page(cql, [], pageSize, state);
            foreach (var row in page.Rows)
                yield return row;
            state = page.NextPage;
        }
        while (state is not null);
    }

    /// <summary>Without the streams: closing them would try to send what a broken connection did not take.</summary>
    public void Dispose() => _socket.Dispose();

    private void Start()
    {
        var options = new BodyWriter().StringMap(new Dictionary<string, string> { ["CQL_VERSION"] = "3.0.0" });
        Send(Opcode.Startup, options.ToArray());
        var answer = Receive();
        if (_endpoint.Version >= 5)
            _stream = new SegmentStream(_stream);
        if (answer.Opcode != Opcode.Authenticate)
            return;
        var token = System.Text.Encoding.UTF8.GetBytes($"\0{_endpoint.User}\0{_endpoint.Password}");
        Ask(Opcode.AuthResponse, new BodyWriter().Bytes(token).ToArray());
    }

    private CqlPage Page(string cql, byte[][] values, int? pageSize, byte[]? pagingState)
    {
        var flags = (values.Length > 0 ? HasValues : 0) | (pageSize is null ? 0 : HasPageSize)
            | (pagingState is null ? 0 : HasPagingState);
        var body = new BodyWriter().LongString(cql).Short(ConsistencyOne);
        _ = _endpoint.Version >= 5 ? body.Int(flags) : body.Byte((byte)flags);
        if (values.Length > 0)
        {
            body.Short(values.Length);
            foreach (var value in values)
                body.Bytes(value);
        }
        if (pageSize is { } size)
            body.Int(size);
        if (pagingState is not null)
            body.Bytes(pagingState);
        return ResultReader.Read(Ask(Opcode.Query, body.ToArray()));
    }

    private BodyReader Ask(Opcode opcode, byte[] body)
    {
        Send(opcode, body);
        return new BodyReader(Receive().Body);
    }

    private void Send(Opcode opcode, byte[] body)
    {
        _stream.Write(Frame.Request(_endpoint.Version, stream: 1, opcode, body).ToBytes());
        _stream.Flush();
    }

    private Frame Receive()
    {
        var frame = Frame.Read(_stream) ?? throw new EndOfStreamException("the node closed the connection");
        if (frame.Opcode != Opcode.Error)
            return frame;
        var error = new BodyReader(frame.Body);
        throw new CqlException(error.Int(), error.String());
    }
}
