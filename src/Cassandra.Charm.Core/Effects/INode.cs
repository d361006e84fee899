using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Effects;

/// <summary>
/// The Cassandra service of this machine, its configuration and its data directories. Every method is idempotent,
/// verifies what it did, and throws <see cref="EffectFailedException"/> where the world says no.
/// </summary>
public interface INode
{
    /// <summary>Ids of the service's user and group on this machine; null before the package is installed.</summary>
    OwnerIds? ServiceOwner { get; }

    /// <summary>Looks at processes, ports, configuration and local data. Starts no process.</summary>
    /// <param name="journal">What the charm remembers; null where it has no journal.</param>
    /// <param name="cancel">Cancels the look.</param>
    Task<NodeSight> LookAsync(Journal? journal, CancellationToken cancel);

    /// <summary>Writes the hold mark durably: from now on, reboots included, nothing starts Cassandra.</summary>
    Task HoldAsync(string reason, CancellationToken cancel);

    /// <summary>Removes the hold mark durably.</summary>
    Task LiftHoldAsync(CancellationToken cancel);

    /// <summary>Drains where it answers, stops, and proves by processes that no Cassandra lives, left-over JVMs included.</summary>
    Task StopAsync(CancellationToken cancel);

    /// <summary>
    /// Makes sure that no transaction log is left under a data root (they hold absolute paths and would act on the old
    /// place from the new one): finishes them with <c>sstableutil -c</c>, scans again.
    /// </summary>
    /// <exception cref="EffectFailedException">Some remain; they are named.</exception>
    Task SettleTransactionsAsync(Place place, CancellationToken cancel);

    /// <summary>
    /// Writes cassandra.yaml (every directory key explicit), the snitch's and the environment file, the guard's
    /// drop-in. The rename of cassandra.yaml comes last: it is the commit point of a move.
    /// </summary>
    Task ConfigureAsync(NodeConfiguration configuration, CancellationToken cancel);

    /// <summary>
    /// Starts the service behind the guard and waits, for a while, until it answers or is dead. The start is open until
    /// its death was told or its success confirmed: while one of this boot is open no other is made, so that a node
    /// that died while nobody waited is told of, not started over and over.
    /// </summary>
    Task<StartOutcome> StartAsync(TimeSpan patience, CancellationToken cancel);

    /// <summary>Waits for a node that lives, without starting anything; where it dies meanwhile, says so by its log.</summary>
    Task<StartOutcome> AwaitAsync(TimeSpan patience, CancellationToken cancel);

    /// <summary>The node that answers was found to be the one it should be: its start is no longer open.</summary>
    Task CloseStartAsync(CancellationToken cancel);

    /// <summary>Asks the serving node who it is.</summary>
    Task<NodeIdentity> IdentifyAsync(CancellationToken cancel);

    /// <summary>The ring as the serving node sees it; unknown where it does not answer.</summary>
    Task<RingHealth> LookAtRingAsync(CancellationToken cancel);

    /// <summary>Creates empty data directories with the service's owner, where they are absent.</summary>
    Task CreateTreeAsync(Place place, CancellationToken cancel);

    /// <summary>Makes a tree unreachable for the service's user; names what took over in a mark beside it.</summary>
    Task SealAsync(Place place, string supersededBy, CancellationToken cancel);

    /// <summary>Takes a seal away.</summary>
    Task UnsealAsync(Place place, CancellationToken cancel);

    /// <summary>
    /// Deletes what is in Cassandra's directories of a sealed tree and leaves them empty and sealed. The seal says so before
    /// the first byte goes: a tree that is half gone is never unsealed. Resumable.
    /// </summary>
    Task PurgeAsync(Place place, CancellationToken cancel);

    /// <summary>Gives a tree to this machine's service user where it belongs to other ids; resumable.</summary>
    Task<OwnerIds> TakeOwnershipAsync(Place place, OwnerIds? recorded, CancellationToken cancel);

    /// <summary>
    /// For a unit that leaves: removes the drop-in, hold mark and everything else of ours from the service, and leaves the
    /// service disabled, for nothing guards it any more.
    /// </summary>
    Task ForgetAsync(CancellationToken cancel);
}

/// <summary>All that the charm decides of Cassandra's configuration.</summary>
public sealed record NodeConfiguration
{
    /// <summary>Where the data is.</summary>
    public required Place Place { get; init; }

    /// <summary>Cluster name.</summary>
    public required string ClusterName { get; init; }

    /// <summary>Datacenter, for the snitch.</summary>
    public required string Datacenter { get; init; }

    /// <summary>Rack, for the snitch.</summary>
    public required string Rack { get; init; }

    /// <summary>0 = the version's default.</summary>
    public int NumTokens { get; init; }

    /// <summary>Partitioner of the data; empty = the version's default.</summary>
    public string Partitioner { get; init; } = "";

    /// <summary>The address this node listens on and clients reach it at.</summary>
    public required string Address { get; init; }

    /// <summary>Addresses of seeds; never empty.</summary>
    public required IReadOnlyList<string> Seeds { get; init; }

    /// <summary>Empty = by the machine's memory.</summary>
    public string MaxHeapSize { get; init; } = "";

    /// <summary>Empty = by the machine's memory.</summary>
    public string HeapNewSize { get; init; } = "";

    /// <summary>The volume's record id for the filesystem ownership mark; null on the root disk.</summary>
    public Guid? OwnershipToken { get; init; }
}

/// <summary>What became of a start.</summary>
public abstract record StartOutcome
{
    private StartOutcome() { }

    /// <summary>It answers on the CQL port.</summary>
    public sealed record Answers : StartOutcome;

    /// <summary>It lives and does not answer yet.</summary>
    /// <param name="Doing">What its log says it is doing.</param>
    public sealed record StillStarting(string Doing) : StartOutcome;

    /// <summary>It is dead.</summary>
    /// <param name="Reason">The last ERROR of its log.</param>
    /// <param name="MayHaveServed">It opened the storage or the CQL port, or nobody can tell that it did not.</param>
    /// <param name="Stored">What the data says of itself, where the log names it ("Saved cluster name …"); empty fields elsewhere.</param>
    public sealed record Died(string Reason, bool MayHaveServed, NodeIdentity? Stored = null) : StartOutcome;
}
