using System.Text;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Rings;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Data;
using Cassandra.Charm.Node.Installing;
using Cassandra.Charm.Node.Processes;
using Cassandra.Charm.Node.Service;
using Serilog;

namespace Cassandra.Charm.Node;

/// <summary>The Cassandra of this machine.</summary>
internal sealed class CassandraNode : INode
{
    private static readonly TimeSpan RingLimit = TimeSpan.FromMinutes(2);

    private readonly NodePaths _paths;
    private readonly ServiceUnit _unit;
    private readonly IPrograms _programs;
    private readonly ILogger _log;
    private readonly InstalledPackage _package;
    private readonly StartRecordFile _records;
    private readonly OpenStart _openStart;
    private readonly ServingEvidence _evidence;
    private readonly ConfigurationFiles _files;

    /// <summary>The node whose files are where <paramref name="paths"/> says.</summary>
    public CassandraNode(NodePaths paths, IPrograms programs, ILogger log)
    {
        _paths = paths;
        _programs = programs;
        _log = log;
        _unit = new ServiceUnit(programs);
        _package = new InstalledPackage(paths);
        _records = new StartRecordFile(paths.StartRecord);
        _openStart = new OpenStart(paths);
        _evidence = new ServingEvidence(_records, new SystemLog(paths.SystemLog));
        _files = new ConfigurationFiles(paths, _unit);
    }

    /// <inheritdoc/>
    public OwnerIds? ServiceOwner =>
        AccountDatabase.FindUser(_paths.ServiceUser) is var (user, group) ? new OwnerIds(user, group) : null;

    private ProcessScan Scan => new(_paths.Proc, ServiceOwner?.User);

    /// <inheritdoc/>
    public async Task<NodeSight> LookAsync(Journal? journal, CancellationToken cancel)
    {
        var version = _package.Version();
        var configured = ReadConfigured();
        var processes = Scan.Find();
        var state = await StateAsync(version, configured, processes, cancel).ConfigureAwait(false);
        return new NodeSight
        {
            State = state,
            StartIsOpen = _openStart.Exists,
            Processes = [.. processes.Select(process => process.Id)],
            Data = new LocalDataLook(_paths, _evidence).Judge(journal, configured),
            ConfiguredRoot = configured is { IsOurs: true } ? configured.DataRoot : null,
            Version = version,
            IsUnwritten = journal is { Served: { } served, LastSwitch.IsConfirmed: false } && IsUnwritten(served),
            RootSeal = RootSeal(),
            LastError = state == NodeState.Serving || configured is null ? "" : Starter.WhyDown(configured),
        };
    }

    /// <inheritdoc/>
    public Task HoldAsync(string reason, CancellationToken cancel)
    {
        StateDirectory.Create(_paths);
        DurableFile.Write(_paths.HoldMark, Encoding.UTF8.GetBytes(reason + "\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task LiftHoldAsync(CancellationToken cancel)
    {
        DurableFile.Delete(_paths.HoldMark);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancel)
    {
        var answers = Scan.Find().Count > 0 && ReadConfigured() is { } configured
            && await NodeStart.AnswersAsync(configured, cancel).ConfigureAwait(false);
        await new NodeStop(Tools, _unit, Scan, _log).RunAsync(answers, cancel).ConfigureAwait(false);
        _openStart.Close();
    }

    /// <inheritdoc/>
    public Task SettleTransactionsAsync(Place place, CancellationToken cancel) =>
        new TransactionLogs(_paths, Tools).SettleAsync(place, cancel);

    /// <inheritdoc/>
    public Task ConfigureAsync(NodeConfiguration configuration, CancellationToken cancel)
    {
        var version = CassandraVersion.Parse(_package.Version())
            ?? throw new EffectFailedException("Cassandra is not installed");
        StateDirectory.Create(_paths);
        return _files.ApplyAsync(configuration, version, JavaHome, cancel);
    }

    /// <inheritdoc/>
    public Task<StartOutcome> StartAsync(TimeSpan patience, CancellationToken cancel) =>
        Starter.StartAsync(RequireConfigured(), patience, cancel);

    /// <inheritdoc/>
    public Task<StartOutcome> AwaitAsync(TimeSpan patience, CancellationToken cancel) =>
        Starter.AwaitAsync(RequireConfigured(), patience, cancel);

    /// <inheritdoc/>
    public Task CloseStartAsync(CancellationToken cancel)
    {
        _openStart.Close();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<NodeIdentity> IdentifyAsync(CancellationToken cancel) =>
        new NodeIdentityQuery(Tools, _log).AskAsync(RequireConfigured(), cancel);

    /// <inheritdoc/>
    public async Task<RingHealth> LookAtRingAsync(CancellationToken cancel)
    {
        try
        {
            return RingStatusText.Health(
                await Tools.NodetoolAsync(RingLimit, cancel, "status").ConfigureAwait(false),
                await Tools.NodetoolAsync(RingLimit, cancel, "netstats").ConfigureAwait(false));
        }
        catch (EffectFailedException failure)
        {
            return new RingHealth.Unknown($"the ring cannot be seen ({failure.Message})");
        }
    }

    /// <inheritdoc/>
    public Task CreateTreeAsync(Place place, CancellationToken cancel)
    {
        new DataTree(_paths).Create(place, RequireOwner());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task SealAsync(Place place, string supersededBy, CancellationToken cancel)
    {
        new TreeSeal(_paths.DataRootOf(place)).Close(supersededBy, DateTimeOffset.UtcNow);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task UnsealAsync(Place place, CancellationToken cancel)
    {
        new TreeSeal(_paths.DataRootOf(place)).Open();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task PurgeAsync(Place place, CancellationToken cancel)
    {
        new TreeSeal(_paths.DataRootOf(place)).Purge(cancel);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<OwnerIds> TakeOwnershipAsync(Place place, OwnerIds? recorded, CancellationToken cancel) =>
        Task.FromResult(new TreeOwnership(_paths).Take(place, recorded, RequireOwner(), cancel));

    /// <inheritdoc/>
    public async Task ForgetAsync(CancellationToken cancel)
    {
        // Before the guard goes: there is no moment in which a boot could start an unguarded Cassandra.
        if (_package.Version().Length > 0)
            await _unit.DisableAsync(cancel).ConfigureAwait(false);
        await _files.RemoveDropInAsync(cancel).ConfigureAwait(false);
        foreach (var file in new[] { _paths.GuardRefusal, _paths.StartRecord, _paths.OpenStart, _paths.InstallStamp, _paths.KernelSettings, _paths.HoldMark })
            DurableFile.Delete(file);
    }

    private string? JavaHome =>
        CassandraVersion.Parse(_package.Version()) is { } version ? new JavaRuntimes(_paths).HomeFor(version) : null;

    private CassandraTools Tools => new(_programs, _paths.ServiceUser, JavaHome);

    private NodeStart Starter => new(_paths, _unit, Scan, _records, _openStart);

    private static async Task<NodeState> StateAsync(
        string version, ConfiguredNode? configured, IReadOnlyList<CassandraProcess> processes, CancellationToken cancel)
    {
        if (processes.Count == 0)
            return version.Length == 0 ? NodeState.NotInstalled : NodeState.Stopped;
        return configured is not null && await NodeStart.AnswersAsync(configured, cancel).ConfigureAwait(false)
            ? NodeState.Serving
            : NodeState.Unresponsive;
    }

    // While looking, a cassandra.yaml that cannot be read makes nothing known; it stops whoever needs it.
    private ConfiguredNode? ReadConfigured()
    {
        try
        {
            return File.Exists(_paths.Yaml) ? RequireConfigured() : null;
        }
        catch (EffectFailedException unreadable)
        {
            _log.Warning("{Problem:l}", unreadable.Message);
            return null;
        }
    }

    private bool IsUnwritten(Place served)
    {
        try
        {
            return _evidence.ProvesUnwritten(served.DataRoot);
        }
        catch (EffectFailedException unreadable)
        {
            _log.Warning("{Problem:l}", unreadable.Message);
            return false; // nothing is proven
        }
    }

    private TreeSealSight? RootSeal()
    {
        try
        {
            return new TreeSeal(_paths.DataRootOf(new Place.RootDisk())).Look();
        }
        catch (EffectFailedException unreadable)
        {
            _log.Warning("{Problem:l}", unreadable.Message);
            return null; // no seal that anything could be concluded from
        }
    }

    private ConfiguredNode RequireConfigured() => ConfiguredNode.Parse(File.ReadAllText(_paths.Yaml));

    private OwnerIds RequireOwner() => ServiceOwner
        ?? throw new EffectFailedException($"there is no user {_paths.ServiceUser}", "reinstall the package cassandra");
}
