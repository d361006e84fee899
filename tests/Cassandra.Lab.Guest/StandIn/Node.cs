using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cassandra.Lab.Guest.StandIn.Configuration;
using Cassandra.Lab.Guest.StandIn.Cql;
using Cassandra.Lab.Guest.StandIn.Storage;

namespace Cassandra.Lab.Guest.StandIn;

/// <summary>The running node: its tables, its ports and what it is doing.</summary>
internal sealed class Node(
    NodeConfiguration configuration, Knobs knobs, SystemLog log, Database database, Alarms alarms) : IDisposable
{
    private readonly Lock _ports = new();
    private TcpService? _storagePort;
    private TcpService? _nativePort;
    private Maintenance? _maintenance;

    public NodeConfiguration Configuration => configuration;

    public Knobs Knobs => knobs;

    public SystemLog Log => log;

    public Database Database => database;

    public Alarms Alarms => alarms;

    public SchemaStore Schema { get; } = new(database);

    public SystemKeyspace System { get; } = new(database);

    public NodeMode Mode { get; set; } = NodeMode.Starting;

    /// <summary>Null until the node knows who it is.</summary>
    public LocalNode? Local { get; set; }

    public DateTime StartedAt { get; } = DateTime.UtcNow;

    public bool IsGossiping => _storagePort is not null;

    public bool IsServing => _nativePort is not null;

    public bool AutoCompaction { get; set; } = true;

    public void StartMaintenance() => _maintenance = new Maintenance(this);

    /// <summary>From here on other nodes' writes are taken, before any client can see the node.</summary>
    public void OpenStoragePort()
    {
        var address = new IPEndPoint(configuration.ListenAddress, configuration.StoragePort);
        lock (_ports)
        {
            _storagePort = Listen("storage", address, socket => Internode.StoragePort.Serve(this, socket), e =>
                StartupFailure.Configuration(e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"{Text(address)} is in use by another process.  Change listen_address:storage_port in cassandra.yaml to "
                        + "values that do not conflict with other services"
                    : $"Unable to bind to address {Text(address)}. Set listen_address in cassandra.yaml to an interface you can "
                        + "bind to, e.g., your private IP address on EC2"));
        }
        log.Info(
            "InboundConnectionInitiator.java:127", $"Listening on address: ({Text(address)}), nic: lo, encryption: unencrypted");
    }

    public void OpenNativePort()
    {
        var address = new IPEndPoint(configuration.RpcAddress, configuration.NativePort);
        var executor = new StatementExecutor(database, Schema);
        lock (_ports)
        {
            _nativePort ??= Listen(
                "native", address,
                socket => new CqlSession(executor, configuration.PasswordAuthentication, StopForStorageFailure).Serve(socket),
                _ => StartupFailure.Thrown("java.lang.IllegalStateException", $"Failed to bind port {address.Port} on {address.Address}."));
        }
        log.Info(
            "PipelineConfigurator.java:126", $"Starting listening for CQL clients on {Text(address)} (unencrypted)...");
    }

    public void CloseNativePort()
    {
        lock (_ports)
        {
            if (_nativePort is null)
                return;
            log.Info("Server.java:189", "Stop listening for CQL clients");
            _nativePort.Dispose();
            _nativePort = null;
        }
    }

    public void CloseStoragePort()
    {
        lock (_ports)
        {
            if (_storagePort is null)
                return;
            log.Info("Gossiper.java:2128", "Announcing shutdown");
            _storagePort.Dispose();
            _storagePort = null;
        }
    }

    /// <summary>Stops taking writes, puts all of them into SSTables and leaves an empty commit log. Only a restart
    /// brings the node back.</summary>
    public void Drain(string thread)
    {
        if (Mode is NodeMode.Draining or NodeMode.Drained)
        {
            log.Warn("StorageService.java:5345", "Cannot drain node (did it already happen?)", thread);
            return;
        }
        Mode = NodeMode.Draining;
        log.Info("StorageService.java:1653", "DRAINING: starting drain process", thread);
        CloseNativePort();
        CloseStoragePort();
        alarms.CheckFiles(database);
        _maintenance?.Dispose();
        database.Flush();
        SavedCaches.Write(configuration.SavedCachesDirectory, database.Tables);
        Mode = NodeMode.Drained;
        log.Info("StorageService.java:1653", "DRAINED", thread);
    }

    /// <summary>The "stop" failure policy: the process lives on, but serves nobody.</summary>
    public void StopForStorageFailure(Exception cause)
    {
        log.Error(
            "CommitLog.java:514",
            $"Failed to persist commits to disk. Commit disk failure policy is stop; terminating thread.\n{cause.Message}",
            "COMMIT-LOG-WRITER");
        log.Error("StorageService.java:453", "Stopping gossiper", "COMMIT-LOG-WRITER");
        // Not from the thread of a connection that the closing would cut.
        ThreadPool.QueueUserWorkItem(_ =>
        {
            CloseNativePort();
            CloseStoragePort();
        });
    }

    public void Dispose()
    {
        CloseNativePort();
        CloseStoragePort();
        _maintenance?.Dispose();
    }

    private static TcpService Listen(
        string name, IPEndPoint address, Action<Socket> serve, Func<SocketException, StartupFailure> failure)
    {
        try
        {
            return new TcpService(name, address, serve);
        }
        catch (SocketException e)
        {
            throw failure(e);
        }
    }

    private static string Text(IPEndPoint address) =>
        string.Create(CultureInfo.InvariantCulture, $"/{address.Address}:{address.Port}");
}
