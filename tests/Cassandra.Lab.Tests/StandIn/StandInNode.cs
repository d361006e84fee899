using System.Net;
using System.Net.Sockets;
using Cassandra.Lab.Guest.Client;
using Cassandra.Lab.Guest.StandIn.Cql;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Tests.StandIn;

/// <summary>A stand-in on this host: its own directory, ports and, where we are root, an unprivileged user.</summary>
internal sealed class StandInNode : IAsyncDisposable
{
    private const string Nobody = "65534";

    private readonly string _program = GuestProgram.Path;
    private KeptProcess? _process;

    private StandInNode(string root)
    {
        Root = root;
        Storage = Path.Combine(root, "cassandra");
        Logs = Path.Combine(root, "log");
        Configuration = Path.Combine(root, "conf");
        (CqlPort, StoragePort, JmxPort) = (FreePort(), FreePort(), FreePort());
        Settings = new Dictionary<string, string>
        {
            ["cluster_name"] = "'Test Cluster'",
            ["num_tokens"] = "4",
            ["partitioner"] = "org.apache.cassandra.dht.Murmur3Partitioner",
            ["seed_provider"] = "[{class_name: org.apache.cassandra.locator.SimpleSeedProvider, parameters: [{seeds: '127.0.0.1'}]}]",
            ["listen_address"] = "127.0.0.1",
            ["rpc_address"] = "127.0.0.1",
            ["storage_port"] = $"{StoragePort}",
            ["native_transport_port"] = $"{CqlPort}",
            ["endpoint_snitch"] = "SimpleSnitch",
            ["commitlog_segment_size"] = "1MiB",
        };
    }

    public string Root { get; }

    /// <summary>What /var/lib/cassandra is to the package.</summary>
    public string Storage { get; private set; }

    public string Data => Path.Combine(Storage, "data");

    public string CommitLog => Path.Combine(Storage, "commitlog");

    public string Logs { get; }

    public string Configuration { get; }

    public int CqlPort { get; }

    public int StoragePort { get; }

    public int JmxPort { get; }

    /// <summary>Lines of cassandra.yaml.</summary>
    public Dictionary<string, string> Settings { get; }

    /// <summary>Lines of stand-in.properties. By default nothing waits, compacts by itself or replaces files.</summary>
    public Dictionary<string, string> Knobs { get; } = new()
    {
        ["pid_file_delay_ms"] = "0",
        ["storage_port_delay_ms"] = "0",
        ["cql_port_delay_ms"] = "0",
        ["shutdown_delay_ms"] = "0",
        ["statistics_interval_ms"] = "3600000",
        ["compaction_threshold"] = "1000",
    };

    public List<string> Properties { get; } = [];

    public string AcknowledgedFile => Path.Combine(Root, "acknowledged");

    public int ProcessId => _process!.Id;

    public Task Ended => _process!.Ended;

    public string SystemLog => File.Exists(Path.Combine(Logs, "system.log")) ? File.ReadAllText(Path.Combine(Logs, "system.log")) : "";

    /// <summary>The last ERROR with what follows it: what an operator is shown.</summary>
    public string LastError => SystemLog is var log && log.LastIndexOf("ERROR", StringComparison.Ordinal) is >= 0 and var at ? log[at..] : "";

    public bool HasAlarms => File.Exists(Path.Combine(Logs, "stand-in-alarms.log"));

    /// <summary>The first directory of the client's table.</summary>
    public string TableDirectory => Directory.GetDirectories(Path.Combine(Data, "lab"), "acknowledged-*").Single();

    public static async Task<StandInNode> CreateAsync()
    {
        var root = Directory.CreateTempSubdirectory("stand-in-").FullName;
        File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        var node = new StandInNode(root);
        Directory.CreateDirectory(node.Storage);
        Directory.CreateDirectory(node.Logs);
        Directory.CreateDirectory(node.Configuration);
        if (Environment.IsPrivilegedProcess)
            await Host.RunAsync("chown", $"{Nobody}:{Nobody}", node.Storage, node.Logs, root);
        return node;
    }

    /// <summary>Serves from another tree from the next start on.</summary>
    public void MoveTo(string storage) => Storage = storage;

    /// <summary>Starts and waits until CQL is answered.</summary>
    public async Task StartAsync()
    {
        await LaunchAsync();
        await Eventually.TrueAsync(() => AnswersCql() || Ended.IsCompleted, () => SystemLog);
        Assert.False(Ended.IsCompleted, $"the daemon ended: {_process!.Output}\n{SystemLog}");
    }

    /// <summary>Starts a daemon that must die by itself; returns the last ERROR of its log.</summary>
    public async Task<string> StartAndDieAsync()
    {
        await LaunchAsync();
        await Eventually.TrueAsync(() => Ended.IsCompleted || SystemLog.Contains("Startup complete", StringComparison.Ordinal), () => SystemLog);
        Assert.True(Ended.IsCompleted, $"it came up: {SystemLog}");
        return LastError;
    }

    /// <summary>Starts and does not wait.</summary>
    public async Task LaunchAsync()
    {
        File.Delete(Path.Combine(Logs, "system.log"));
        await File.WriteAllLinesAsync(
            Path.Combine(Configuration, "cassandra.yaml"), Settings.Select(setting => $"{setting.Key}: {setting.Value}"));
        await File.WriteAllLinesAsync(
            Path.Combine(Configuration, "stand-in.properties"), Knobs.Select(knob => $"{knob.Key}={knob.Value}"));
        string[] command =
        [
            _program, "stand-in-daemon", "-Xmx64m", $"-Dcassandra.config=file://{Configuration}/cassandra.yaml",
            $"-Dcassandra.storagedir={Storage}", $"-Dcassandra.logdir={Logs}", $"-Duser.home={Storage}",
            $"-Dcassandra.jmx.local.port={JmxPort}", $"-Dcassandra-pidfile={Root}/pid", .. Properties,
            "-cp", "/etc/cassandra", "org.apache.cassandra.service.CassandraDaemon",
        ];
        string[] unprivileged = ["setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups", "--pdeathsig", "KILL", "--"];
        string[] whole = Environment.IsPrivilegedProcess ? [.. unprivileged, .. command] : command;
        _process = await KeptProcess.StartAsync(whole[0], whole[1..], Root);
    }

    /// <summary>SIGTERM, as the init script sends.</summary>
    public async Task StopAsync()
    {
        await Host.RunAsync("kill", "-TERM", $"{ProcessId}");
        await Ended.WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process!.KillAsync();

    public async Task<(int ExitCode, string Output)> NodetoolAsync(params string[] command)
    {
        try
        {
            return (0, await Host.RunAsync(_program, ["nodetool", "-p", $"{JmxPort}", .. command]));
        }
        catch (HostProgramException e)
        {
            return (e.ExitCode, e.Message);
        }
    }

    public CqlConnection Connect(byte version = 4, string? user = null, string? password = null) =>
        CqlConnection.Open(new CqlEndpoint("127.0.0.1", CqlPort, user, password, TimeSpan.FromSeconds(30), version));

    /// <summary>Writes rows as the client does, with its record beside the data.</summary>
    public WriteReport Write(int rows, int size = 200, int deleteEvery = 0)
    {
        using var connection = Connect();
        connection.Query(TestRow.CreateKeyspace);
        connection.Query(TestRow.CreateTable);
        return Write(() => new CqlSink(Connect()), rows, size, deleteEvery);
    }

    /// <summary>Writes rows as another node would.</summary>
    public WriteReport Replicate(int rows) => Write(
        () => new ReplicaSink(new CqlEndpoint("127.0.0.1", StoragePort, null, null, TimeSpan.FromSeconds(30))), rows, 200, 0);

    public VerifyReport Verify()
    {
        using var connection = Connect();
        return Verifier.Run(connection, AcknowledgedLog.Read(AcknowledgedFile));
    }

    public bool AnswersCql() => Answers(CqlPort) && Try(() => CqlConnection.Options(new CqlEndpoint("127.0.0.1", CqlPort, null, null, TimeSpan.FromSeconds(5))));

    public static bool Answers(int port) => Try(() =>
    {
        using var client = new TcpClient();
        client.Connect(IPAddress.Loopback, port);
    });

    public string HostId()
    {
        using var connection = Connect();
        var row = connection.Query("SELECT host_id FROM system.local").Rows[0];
        return new Guid(row[0]!, bigEndian: true).ToString();
    }

    /// <summary>Files of the client's SSTables, by component.</summary>
    public string[] SSTableFiles(string component) => Directory.GetFiles(TableDirectory, $"*-{component}");

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
            _process.Dispose();
        }
        await Host.RunAsync("chmod", "-R", "u+rwX", Root);
        Directory.Delete(Root, recursive: true);
    }

    private WriteReport Write(Func<IRowSink> connect, int rows, int size, int deleteEvery)
    {
        var known = File.Exists(AcknowledgedFile) ? AcknowledgedLog.Read(AcknowledgedFile) : [];
        using var acknowledged = new AcknowledgedLog(AcknowledgedFile);
        var options = new WriteOptions(known.Keys.DefaultIfEmpty(-1).Max() + 1, rows, size, TimeSpan.Zero, deleteEvery, null);
        using var writer = new Writer(connect, acknowledged, options, TestContext.Current.CancellationToken);
        return writer.Run();
    }

    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is SocketException or IOException or CqlException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
