using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Cassandra.Lab.Guest.StandIn.Configuration;
using Cassandra.Lab.Guest.StandIn.Internode;
using Cassandra.Lab.Guest.StandIn.Storage;
using Cassandra.Lab.Guest.StandIn.Storage.SSTables;

namespace Cassandra.Lab.Guest.StandIn.Startup;

/// <summary>From a checked configuration to a serving node, in the real program's order.</summary>
internal sealed class StartupSequence(Node node, JvmArguments arguments, CancellationToken stopping)
{
    private readonly NodeConfiguration _configuration = node.Configuration;
    private readonly Database _database = node.Database;
    private readonly SystemLog _log = node.Log;

    /// <summary>Makes or checks the directories; nothing in them is read or changed yet.</summary>
    public static void CheckDirectories(NodeConfiguration configuration, SystemLog log)
    {
        var checks = new DirectoryChecks(configuration, log);
        checks.Create();
        checks.RequirePermissions();
        if (configuration.OwnershipCheck is { } settings)
            OwnershipCheck.Require(settings, configuration.AllDirectories);
        checks.RequireReadableFormats();
    }

    /// <exception cref="StartupFailure">The node must not start.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public void Run()
    {
        try
        {
            OpenStorage();
        }
        catch (CorruptSSTableException e)
        {
            throw StartupFailure.Corrupt(e.Path, e.Reason);
        }
        catch (CommitLogReplayException e)
        {
            throw StartupFailure.Thrown(
                "org.apache.cassandra.db.commitlog.CommitLogReadHandler$CommitLogReadException", e.Message);
        }
        Wait(node.Knobs.StoragePortDelay);
        DieIf(DeathPoint.BeforeStoragePort);
        Join();
        DieIf(DeathPoint.AfterStoragePort);
        if (_configuration.StartNativeTransport)
            node.OpenNativePort();
        _log.Info("CassandraDaemon.java:745", "Startup complete");
        DieIf(DeathPoint.AfterCqlPort);
    }

    private void OpenStorage()
    {
        OpenTables(_database.Tables);
        var saved = node.System.Read();
        if (saved is not null)
            IdentityChecks.Require(saved, _configuration);
        else
            IdentityChecks.RequireNoTraces(_database);
        SnapshotBeforeUpgrade(saved);
        node.Schema.Load();
        OpenTables(_database.Tables.Where(table => !table.Definition.Keyspace.StartsWith("system", StringComparison.Ordinal)));
        Replay();
    }

    // Another release than last time: it keeps what it found of its own tables, as hard links.
    private void SnapshotBeforeUpgrade(LocalNode? saved)
    {
        if (saved is null || saved.ReleaseVersion == node.Knobs.Version)
            return;
        var name = $"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}-upgrade-{saved.ReleaseVersion}-{node.Knobs.Version}";
        _log.Info("SystemKeyspace.java:1672", $"Detected version upgrade from {saved.ReleaseVersion} to {node.Knobs.Version}, snapshotting system keyspaces");
        _database.Snapshot(name, table => table.Definition.Keyspace is "system" or "system_schema");
    }

    private void OpenTables(IEnumerable<Table> tables)
    {
        var leftovers = new Leftovers(text => _log.Warn("LogTransaction.java:535", text));
        foreach (var table in tables)
        {
            foreach (var directory in table.Directories)
            {
                if (!leftovers.Clean(directory))
                {
                    throw StartupFailure.Check(
                        3,
                        $"Cannot remove temporary or obsoleted files for {table.Definition.Keyspace}.{table.Definition.Name} due to "
                        + "a problem with transaction log files. Please check records with problems in the log messages above and "
                        + "fix them.");
                }
                leftovers.RemoveOrphans(directory);
            }
            _log.Info("ColumnFamilyStore.java:484", $"Initializing {table.Definition.Keyspace}.{table.Definition.Name}");
            table.Open();
        }
    }

    // The new segment is made only when the old ones are gone: a torn one is then always the newest that is read.
    private void Replay()
    {
        var segments = CommitLogFile.In(_configuration.CommitLogDirectory);
        node.Alarms.CheckForOtherDaemon(segments);
        if (segments.Count == 0)
        {
            _log.Info("CommitLog.java:201", "No commitlog files found; skipping replay");
        }
        else
        {
            _log.Info("CommitLog.java:205", $"Replaying {string.Join(", ", segments.Select(segment => segment.Path))}");
            var (applied, skipped) = (0, 0);
            foreach (var mutation in CommitLogReplay.Read(segments))
                _ = _database.ApplyInMemory(mutation) ? applied++ : skipped++;
            if (skipped > 0)
                _log.Warn("CommitLogReplayer.java:177", $"Skipped {skipped} mutations from unknown (probably removed) CF");
            _database.Flush();
            foreach (var segment in segments)
                File.Delete(segment.Path);
            Libc.SyncDirectory(_configuration.CommitLogDirectory);
            _log.Info("CommitLog.java:207", $"Log replay complete, {applied} replayed mutations");
        }
        var firstId = Math.Max(
            DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), segments.Select(segment => segment.Id + 1).DefaultIfEmpty(0).Max());
        _database.Open(new CommitLog(
            _configuration.CommitLogDirectory, _configuration.CdcRawDirectory, _configuration.Formats.CommitLog,
            _configuration.CommitLogSegmentBytes, firstId));
        node.StartMaintenance();
    }

    private void Join()
    {
        var saved = node.System.Read();
        if (saved is not null)
            IdentityChecks.RequireNotDecommissioned(saved, arguments);
        if (saved?.Bootstrapped != LocalNode.Completed)
            RequireASeed();
        node.OpenStoragePort();
        node.Mode = NodeMode.Joining;
        if (saved is null)
            node.Schema.AddBuiltIn();
        // System writes at every start: a new generation, the release, the addresses.
        var local = Introduce(saved) with { Bootstrapped = LocalNode.Completed };
        node.System.Write(local, _configuration);
        node.Local = local;
        _log.Info("StorageService.java:2905", $"Node /{_configuration.ListenAddress}:{_configuration.StoragePort} state jump to NORMAL");
        Wait(node.Knobs.CqlPortDelay);
        node.Mode = NodeMode.Normal;
    }

    private LocalNode Introduce(LocalNode? saved)
    {
        var generation = (int)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if (saved is not null)
        {
            _log.Info("SystemKeyspace.java:1530", $"Using saved tokens [{string.Join(", ", saved.Tokens)}]");
            return saved with
            {
                Generation = Math.Max(generation, saved.Generation + 1),
                ReleaseVersion = node.Knobs.Version,
                Location = _configuration.Location,
            };
        }
        var hostId = Guid.NewGuid();
        _log.Warn(
            "SystemKeyspace.java:1570",
            $"No host ID found, created {hostId} (Note: This should happen exactly once per node).");
        var tokens = Enumerable.Range(0, _configuration.Tokens)
            .Select(_ => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)).ToString(CultureInfo.InvariantCulture)).ToList();
        return new LocalNode(
            hostId, _configuration.ClusterName, _configuration.Location, LocalNode.InProgress, node.Knobs.Version, generation, tokens);
    }

    // A node that was never in a ring asks a seed first, unless it is one itself.
    private void RequireASeed()
    {
        var seeds = _configuration.Seeds.Select(SeedAddress).OfType<IPEndPoint>().ToList();
        if (seeds.Any(seed => seed.Address.Equals(_configuration.ListenAddress)))
            return;
        var deadline = DateTime.UtcNow + node.Knobs.SeedTimeout;
        while (!seeds.Any(StoragePort.Greet))
        {
            if (DateTime.UtcNow >= deadline)
                throw StartupFailure.Thrown("java.lang.RuntimeException", "Unable to gossip with any peers");
            Wait(TimeSpan.FromMilliseconds(200));
        }
    }

    private IPEndPoint? SeedAddress(string seed)
    {
        var colon = seed.LastIndexOf(':');
        var (host, port) = colon > 0 && int.TryParse(seed.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var given)
            ? (seed[..colon], given) : (seed, _configuration.StoragePort);
        try
        {
            return new IPEndPoint(NodeConfiguration.Resolve(host), port);
        }
        catch (SocketException)
        {
            _log.Warn("SimpleSeedProvider.java:60", $"Seed provider couldn't lookup host {host}");
            return null;
        }
    }

    private void Wait(TimeSpan time)
    {
        stopping.WaitHandle.WaitOne(time);
        stopping.ThrowIfCancellationRequested();
    }

    private void DieIf(DeathPoint here)
    {
        var under = node.Knobs.DieUnder;
        if (node.Knobs.DieAt == here
            && (under.Length == 0 || _configuration.DataDirectories.Any(directory => directory.StartsWith(under, StringComparison.Ordinal))))
            throw StartupFailure.Thrown("java.lang.RuntimeException", $"stand-in: told to die here ({here}) by {Knobs.FileName}");
    }
}
