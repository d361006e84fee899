using System.Net.Sockets;
using System.Text;

namespace Cassandra.Lab.Guest.StandIn.Cql;

/// <summary>One client's connection: start-up, authentication, then statements, one after the other.</summary>
internal sealed class CqlSession(StatementExecutor executor, bool passwordRequired, Action<Exception> onStorageFailure)
{
    private const byte OldestVersion = 3;
    private const byte NewestVersion = 5;

    private bool _isAuthenticated = !passwordRequired;
    private string? _keyspace;

    public void Serve(Socket socket)
    {
        using var network = new NetworkStream(socket);
        Stream stream = new BufferedStream(network);
        while (Frame.Read(stream) is { } request)
        {
            var response = Answer(request);
            stream.Write(response.ToBytes());
            stream.Flush();
            if (request.Version > NewestVersion || request.Version < OldestVersion)
                return;
            // From the answer to STARTUP on, v5 speaks in segments.
            if (request is { Opcode: Opcode.Startup, Version: 5 })
                stream = new SegmentStream(stream);
        }
    }

    private Frame Answer(Frame request)
    {
        try
        {
            if (request.Version is < OldestVersion or > NewestVersion)
            {
                return Frame.Response(NewestVersion, request.Stream, Opcode.Error, Error(new CqlException(
                    CqlException.ProtocolError,
                    $"Invalid or unsupported protocol version ({request.ProtocolVersion}); supported versions are (3/v3, 4/v4, 5/v5)")));
            }
            var (opcode, body) = Handle(request);
            return Frame.Response(request.Version, request.Stream, opcode, body);
        }
        catch (CqlException e)
        {
            return Frame.Response(request.Version, request.Stream, Opcode.Error, Error(e));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            onStorageFailure(e);
            var error = new CqlException(CqlException.ServerError, $"java.lang.RuntimeException: {e.Message}");
            return Frame.Response(request.Version, request.Stream, Opcode.Error, Error(error));
        }
    }

    private (Opcode Opcode, byte[] Body) Handle(Frame request)
    {
        var body = new BodyReader(request.Body);
        return request.Opcode switch
        {
            Opcode.Options => (Opcode.Supported, Supported()),
            Opcode.Startup => Startup(body),
            Opcode.AuthResponse => Authenticate(body),
            _ when !_isAuthenticated => throw new CqlException(CqlException.ProtocolError, "Unexpected message, not authenticated"),
            Opcode.Register => (Opcode.Ready, []),
            Opcode.Query => Query(body, request.Version),
            var other => throw new CqlException(CqlException.ProtocolError, $"the stand-in does not know {other}"),
        };
    }

    private (Opcode, byte[]) Startup(BodyReader body)
    {
        var options = body.StringMap();
        if (!options.ContainsKey("CQL_VERSION"))
            throw new CqlException(CqlException.ProtocolError, "Missing value CQL_VERSION in STARTUP message");
        return _isAuthenticated
            ? (Opcode.Ready, [])
            : (Opcode.Authenticate, new BodyWriter().String("org.apache.cassandra.auth.PasswordAuthenticator").ToArray());
    }

    // SASL PLAIN: an empty authorisation id, user and password, each after a zero byte.
    private (Opcode, byte[]) Authenticate(BodyReader body)
    {
        var parts = Encoding.UTF8.GetString(body.Bytes() ?? []).Split('\0');
        if (parts is not [_, "cassandra", "cassandra"])
            throw new CqlException(CqlException.BadCredentials, "Provided username cassandra and/or password are incorrect");
        _isAuthenticated = true;
        return (Opcode.AuthSuccess, new BodyWriter().Int(-1).ToArray());
    }

    private (Opcode, byte[]) Query(BodyReader body, byte version)
    {
        var cql = body.LongString();
        return Run(Parser.Parse(cql), QueryParameters.Read(body, version));
    }

    private (Opcode, byte[]) Run(Statement statement, QueryParameters parameters)
    {
        var result = executor.Execute(statement, parameters, _keyspace);
        if (result is QueryResult.KeyspaceSet set)
            _keyspace = set.Keyspace;
        return (Opcode.Result, result.ToBody());
    }

    private static byte[] Supported() => new BodyWriter().StringMultiMap(new Dictionary<string, string[]>
    {
        ["COMPRESSION"] = [],
        ["CQL_VERSION"] = ["3.4.6"],
        ["PROTOCOL_VERSIONS"] = ["3/v3", "4/v4", "5/v5"],
    }).ToArray();

    private static byte[] Error(CqlException e) => new BodyWriter().Int(e.Code).String(e.Message).Raw(e.Details).ToArray();
}
