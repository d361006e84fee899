using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Cassandra.Lab.Guest.StandIn.Cql;

namespace Cassandra.Lab.Guest.Client;

/// <summary>The writing client: keeps a durable record of every acknowledged write and later asks for each of them.
/// Speaks plain CQL, so it works against a real node as well.</summary>
internal static class CqlClient
{
    private const int LossFound = 1;
    private const int Failed = 2;
    private const string Usage = """
        usage: cql-client COMMAND [--host 127.0.0.1] [--port 9042] [--user U --password P] [--timeout MS] [--protocol 3|4|5]
          options                        what the node answers to OPTIONS
          query CQL                      rows, tab separated
          write --acks FILE              until SIGTERM or --rows N; --size BYTES --interval MS --first KEY
                                         --delete-every N --latency FILE --report FILE --create yes|no
          replicate --acks FILE          the same as another node would, through the storage port (--port 7000; stand-in only)
          digest                         how many rows there are, and a hash over all of them, whatever their order
          verify --acks FILE             exit 1 if an acknowledged write is lost; --report FILE --wait MS
        """;

    public static Task<int> RunAsync(string[] arguments)
    {
        try
        {
            return Task.FromResult(Run(new ClientArguments(arguments)));
        }
        catch (Exception e) when (e is IOException or SocketException or CqlException or FormatException)
        {
            Console.Error.WriteLine($"cql-client: {e.Message}");
            return Task.FromResult(Failed);
        }
    }

    private static int Run(ClientArguments arguments)
    {
        switch (arguments.Command)
        {
            case "options":
                foreach (var (name, values) in CqlConnection.Options(Endpoint(arguments)))
                    Console.WriteLine($"{name}\t{string.Join(',', values)}");
                return 0;
            case "query":
                return Query(arguments);
            case "write":
                return Write(arguments, () => new CqlSink(CqlConnection.Open(Endpoint(arguments))), MakeTable);
            case "replicate":
                return Write(arguments, () => new ReplicaSink(Endpoint(arguments, port: 7000)), (_, _) => { });
            case "digest":
                return Digest(arguments);
            case "verify":
                return Verify(arguments);
            default:
                Console.Error.WriteLine(Usage);
                return Failed;
        }
    }

    private static CqlEndpoint Endpoint(ClientArguments arguments, int port = 9042) => new(
        arguments.Text("host") ?? "127.0.0.1", (int)arguments.Number("port", port), arguments.Text("user"),
        arguments.Text("password"), arguments.Milliseconds("timeout", 10_000), (byte)arguments.Number("protocol", 4));

    private static int Query(ClientArguments arguments)
    {
        using var connection = CqlConnection.Open(Endpoint(arguments));
        var page = connection.Query(arguments.Operand ?? throw new FormatException("query: no CQL given"));
        foreach (var row in page.Rows)
            Console.WriteLine(string.Join('\t', row.Select((value, i) => ResultReader.Show(page.Columns[i].Type, value))));
        return 0;
    }

    private static int Write(
        ClientArguments arguments, Func<IRowSink> connect, Action<ClientArguments, CancellationToken> prepare)
    {
        using var stopping = new CancellationTokenSource();
        using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stopping));
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stopping));
        var file = arguments.Required("acks");
        var known = File.Exists(file) ? AcknowledgedLog.Read(file) : [];
        // Only a first run makes the table: a node that has lost it must not be given an empty one.
        if (arguments.Text("create") is "yes" || (arguments.Text("create") is null && known.Count == 0))
            prepare(arguments, stopping.Token);
        using var acknowledged = new AcknowledgedLog(file);
        var options = new WriteOptions(
            arguments.Number("first", known.Keys.DefaultIfEmpty(-1).Max() + 1), arguments.Number("rows", long.MaxValue / 2),
            (int)arguments.Number("size", 64), arguments.Milliseconds("interval", 0),
            (int)arguments.Number("delete-every", 0), arguments.Text("latency"));
        using var writer = new Writer(connect, acknowledged, options, stopping.Token);
        Print(JsonSerializer.Serialize(writer.Run(), ReportJson.Default.WriteReport), arguments.Text("report"));
        return 0;
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stopping)
    {
        context.Cancel = true;
        stopping.Cancel();
    }

    private static void MakeTable(ClientArguments arguments, CancellationToken stopping)
    {
        using var connection = Connect(arguments, stopping);
        connection.Query(TestRow.CreateKeyspace);
        connection.Query(TestRow.CreateTable);
    }

    // A node that is still starting refuses the connection.
    private static CqlConnection Connect(ClientArguments arguments, CancellationToken stopping)
    {
        var deadline = DateTime.UtcNow + arguments.Milliseconds("wait", 60_000);
        while (true)
        {
            try
            {
                return CqlConnection.Open(Endpoint(arguments));
            }
            catch (Exception e) when (e is SocketException or IOException && DateTime.UtcNow < deadline && !stopping.IsCancellationRequested)
            {
                stopping.WaitHandle.WaitOne(100);
            }
        }
    }

    private static int Verify(ClientArguments arguments)
    {
        var expected = AcknowledgedLog.Read(arguments.Required("acks"));
        using var connection = Connect(arguments, CancellationToken.None);
        var report = Verifier.Run(connection, expected);
        Console.WriteLine(FormattableString.Invariant(
            $"acknowledged {report.Acknowledged}, present {report.Present}, lost {report.Lost}"));
        Print(JsonSerializer.Serialize(report, ReportJson.Default.VerifyReport), arguments.Text("report"));
        return report.Lost + report.Resurrected > 0 ? LossFound : 0;
    }

    private static int Digest(ClientArguments arguments)
    {
        using var connection = Connect(arguments, CancellationToken.None);
        var digest = RowDigest.Of(connection);
        Console.WriteLine(FormattableString.Invariant($"{digest.Rows} {digest.Hash}"));
        return 0;
    }

    private static void Print(string json, string? file)
    {
        if (file is null)
            Console.WriteLine(json);
        else
            File.WriteAllText(file, json);
    }
}
