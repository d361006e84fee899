using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Tests.Model;

internal sealed partial class ModelMachine : INode, ILongWork
{
    private ModelTree? _runningOn;
    private Place? _configured;
    private string? _hold;
    private bool _enabled;
    private bool _startIsOpen;

    /// <summary>Volumes on which the node dies before it opens a port.</summary>
    public HashSet<string> DiesOn { get; } = [];

    /// <summary>Volumes on which the node dies after replicas could write to it.</summary>
    public HashSet<string> DiesLateOn { get; } = [];

    /// <summary>No hook waits long enough to see how a start ends.</summary>
    public bool StartsSlowly { get; set; }

    /// <summary>Starts that were made and not merely awaited.</summary>
    public int Starts { get; private set; }

    /// <summary>Copies take more than one hook.</summary>
    public int CopyRounds { get; set; }

    public OwnerIds? ServiceOwner => new(100, 100);

    public bool IsRunning => _runningOn is not null;

    public ModelTree? RunningOn => _runningOn;

    public string? HoldReason => _hold;

    Task<NodeSight> INode.LookAsync(Journal? journal, CancellationToken cancel) => Task.FromResult(LookAtNode());

    public Task HoldAsync(string reason, CancellationToken cancel) => Effect(() => _hold = reason);

    public Task LiftHoldAsync(CancellationToken cancel) => Effect(() => _hold = null);

    Task INode.StopAsync(CancellationToken cancel) => Effect(() => (_runningOn, _startIsOpen) = (null, false));

    public Task SettleTransactionsAsync(Place place, CancellationToken cancel) => Task.CompletedTask;

    public Task ConfigureAsync(NodeConfiguration configuration, CancellationToken cancel) => Effect(() =>
    {
        _configured = configuration.Place;
        _enabled = true;
    });

    public async Task<StartOutcome> StartAsync(TimeSpan patience, CancellationToken cancel)
    {
        if (_startIsOpen)
            return await Outcome();
        await Effect(() =>
        {
            Starts++;
            if (_runningOn is null && GuardAllows() && !Dies)
                Run();
            else if (_runningOn is null && GuardAllows())
                Remember(opened: IsOn(DiesLateOn));
        });
        await Effect(() => _startIsOpen = true);
        return StartsSlowly ? new StartOutcome.StillStarting("") : await Outcome();
    }

    public Task<StartOutcome> AwaitAsync(TimeSpan patience, CancellationToken cancel) => Outcome();

    public Task CloseStartAsync(CancellationToken cancel) => Effect(() => _startIsOpen = false);

    public Task<RingHealth> LookAtRingAsync(CancellationToken cancel) => Task.FromResult<RingHealth>(new RingHealth.Unknown("one machine"));

    public Task<NodeIdentity> IdentifyAsync(CancellationToken cancel) =>
        Task.FromResult(new NodeIdentity { HostId = _runningOn!.HostId, ClusterName = "cassandra" });

    public Task CreateTreeAsync(Place place, CancellationToken cancel) => Effect(() =>
    {
        if (place is Place.OnVolume volume)
            Mounted(volume).Tree ??= new ModelTree([]);
        else
            Root ??= new ModelTree([]);
    });

    public Task SealAsync(Place place, string supersededBy, CancellationToken cancel) => Effect(() =>
    {
        if (TreeAt(place) is { } tree)
            (tree.IsSealed, tree.SupersededBy) = (true, supersededBy);
    });

    public Task UnsealAsync(Place place, CancellationToken cancel) => Effect(() =>
    {
        if (TreeAt(place) is not { } tree)
            return;
        Assert.False(tree.IsBeingPurged || tree.IsPurged, "a purged tree was unsealed");
        tree.IsSealed = false;
    });

    public async Task PurgeAsync(Place place, CancellationToken cancel)
    {
        var tree = TreeAt(place)!;
        await Effect(() =>
        {
            Assert.True(tree.IsSealed && _runningOn is not null && _runningOn != tree, "purged without proof");
            tree.IsBeingPurged = true;
        });
        await Effect(() => tree.Writes.Clear());
        await Effect(() => (tree.IsBeingPurged, tree.IsPurged) = (false, true));
    }

    public Task<OwnerIds> TakeOwnershipAsync(Place place, OwnerIds? recorded, CancellationToken cancel) =>
        Task.FromResult(new OwnerIds(100, 100));

    Task INode.ForgetAsync(CancellationToken cancel) => Effect(() => (_hold, _enabled) = (null, false));

    public Task<CopyState> CopyAsync(Undertaking.Moving move, TimeSpan patience, CancellationToken cancel) =>
        CopyOnceAsync(move);

    /// <summary>A pass brings what is there now, and the node goes on writing.</summary>
    public async Task<CopyState> FollowAsync(Undertaking.Moving move, int rateLimit, TimeSpan fresh, DateTimeOffset? since, CancellationToken cancel)
    {
        Assert.NotNull(_runningOn);
        var target = Mounted(move.Target);
        var source = TreeAt(move.Source) ?? throw new EffectFailedException("the source is not there");
        Assert.False(source.IsSealed, "copied from a superseded tree");
        Assert.True(target.Tree is null, "followed beside a copy that was published");
        await Effect(() => target.Incoming = source.Copy());
        return CopyRounds-- > 0
            ? new CopyState.UnderWay(new CopyProgress(false, 0.5, 1, 2, 1, null))
            : new CopyState.Followed(0);
    }

    public Task CheckBlankAsync(string volume, VolumeSight.Unchecked sight, TimeSpan patience, CancellationToken cancel) => Task.CompletedTask;

    public Task CallBackWhenNodeSettlesAsync(CancellationToken cancel) => Task.CompletedTask;

    public Task CallBackAfterAsync(TimeSpan delay, CancellationToken cancel) => Task.CompletedTask;

    public Task KeepHeartbeatAsync(CancellationToken cancel) => Task.CompletedTask;

    /// <summary>How often what copies was stopped.</summary>
    public int CopiesStopped { get; private set; }

    Task ILongWork.StopAsync(CancellationToken cancel)
    {
        CopiesStopped++;
        return Task.CompletedTask;
    }

    Task ILongWork.ForgetAsync(CancellationToken cancel) => Task.CompletedTask;

    private async Task<CopyState> CopyOnceAsync(Undertaking.Moving move)
    {
        Assert.Null(_runningOn);
        var target = Mounted(move.Target);
        var source = TreeAt(move.Source) ?? throw new EffectFailedException("the source is not there");
        Assert.False(source.IsSealed, "copied from a superseded tree");
        Assert.True(target.Tree is null, "copied beside a copy that was published");
        await Effect(() => target.Incoming = new ModelTree([.. source.Writes.Take(source.Writes.Count / 2)]));
        if (CopyRounds-- > 0)
            return new CopyState.UnderWay(new CopyProgress(false, 0.5, 1, 2, 1, null));
        await Effect(() => target.Incoming = source.Copy());
        return new CopyState.Verified(BootId);
    }

    private bool Dies => IsOn(DiesOn) || IsOn(DiesLateOn);

    private bool IsOn(HashSet<string> volumes) => _configured is Place.OnVolume v && volumes.Contains(v.VolumeId);

    private async Task<StartOutcome> Outcome()
    {
        if (_runningOn is not null)
            return new StartOutcome.Answers();
        await Effect(() => _startIsOpen = false);
        return new StartOutcome.Died("died", MayHaveServed: !IsOn(DiesOn));
    }

    /// <summary>Design section 6: no start while held, none without the mount, none against the record.</summary>
    private bool GuardAllows() => _hold is null && _configured is not null && TreeAt(_configured) is { IsSealed: false }
        && (_configured is not Place.OnVolume v
            || Disks[v.VolumeId] is { IsMounted: true, Record: { State: RecordState.Serving } r } && r.Owner == Self);

    /// <summary>A node on an empty tree becomes a new node: the careless charm is caught by its host id.</summary>
    private void Run()
    {
        Remember(opened: true);
        _runningOn = TreeAt(_configured!)!;
        _runningOn.HostId ??= NewGuid();
    }

    private (string Root, bool Opened)? _start;

    /// <summary>What start.json says: the root that the guard let it start on, and whether it opened a port there.</summary>
    private void Remember(bool opened) =>
        _start = (_configured!.DataRoot, opened || _start is { } earlier && earlier.Root == _configured.DataRoot && earlier.Opened);

    private ModelTree? TreeAt(Place place) => place is Place.OnVolume volume
        ? Disks.TryGetValue(volume.VolumeId, out var disk) && disk.IsAttached && disk.IsMounted ? disk.Tree : null
        : Root;

    private NodeSight LookAtNode() => new()
    {
        State = !IsInstalled && Current.Served is null ? NodeState.NotInstalled : _runningOn is null ? NodeState.Stopped : NodeState.Serving,
        StartIsOpen = _startIsOpen,
        Processes = _runningOn is null ? [] : [42],
        Data = LocalDataNow(),
        ConfiguredRoot = _configured?.DataRoot,
        Version = "4.1.7",
        IsUnwritten = _start is { } start && Current.Served is { } place && (start.Root != place.DataRoot || !start.Opened),
        RootSeal = Root is { IsSealed: true } root ? new TreeSealSight(root.SupersededBy, root.IsBeingPurged, root.IsPurged) : null,
    };

    private LocalData LocalDataNow() => Current.Served switch
    {
        null => Root is null ? LocalData.NeverServed : LocalData.ElsewhereOrUnknown,
        Place.RootDisk => Root is null || Root.IsSealed ? LocalData.ElsewhereOrUnknown
            : Root.Writes.Count == 0 ? LocalData.Fresh : LocalData.Real,
        Place.OnVolume v => Disks.TryGetValue(v.VolumeId, out var disk) && disk.IsAttached && disk.IsMounted && disk.Tree is not null
                            && disk.Record?.State == RecordState.Serving
            ? LocalData.Real
            : LocalData.ElsewhereOrUnknown,
        _ => throw new InvalidOperationException(),
    };
}
