namespace Cassandra.Charm.Core.Rings;

/// <summary>What a turn is asked for.</summary>
public enum TurnKind
{
    /// <summary>To stop a node that serves, and to start it again.</summary>
    Stop,

    /// <summary>To start a node that does not run.</summary>
    Start,
}

/// <summary>What the place of a unit's data is known to hold.</summary>
public enum DataReport
{
    /// <summary>Nobody has looked yet, or the look failed: never the same as empty.</summary>
    Unknown,

    /// <summary>Nothing: its node would be a new one.</summary>
    Empty,

    /// <summary>The data of a node: it is started as that node.</summary>
    Data,
}

/// <summary>A unit's wish for a turn.</summary>
/// <param name="Number">The unit's own count of its wishes, from 1; never used twice by the same unit.</param>
/// <param name="Kind">What for.</param>
/// <param name="Why">For status lines: <c>to switch to vol-1</c>.</param>
public sealed record TurnRequest(long Number, TurnKind Kind, string Why);

/// <summary>How a turn that went wrong ended.</summary>
/// <param name="Number">Which of the unit's turns.</param>
/// <param name="Reason">For status lines.</param>
public sealed record TurnFailure(long Number, string Reason);

/// <summary>
/// What a unit says of itself in its own bag of the peer relation. Nobody else writes there; others may see an older one,
/// never one that was not said (juju-contract 2.3: a bag is written when its hook has succeeded).
/// </summary>
public sealed record RingUnit
{
    /// <summary><c>cassandra/0</c>.</summary>
    public required string Unit { get; init; }

    /// <summary>Where other nodes reach it; empty where it is not known yet.</summary>
    public string Address { get; init; } = "";

    /// <summary>The rack of its node; empty where it is not known yet.</summary>
    public string Rack { get; init; } = "";

    /// <summary>The id of its node; null before the first start.</summary>
    public Guid? HostId { get; init; }

    /// <summary>What it would be started on.</summary>
    public DataReport Holds { get; init; }

    /// <summary>Its node has been Up/Normal since it was last started.</summary>
    public bool IsServing { get; init; }

    /// <summary>The turn it waits for, or has; null where it wants none.</summary>
    public TurnRequest? Request { get; init; }

    /// <summary>The number of its last request that is over: done, failed or not wanted any more. 0 before the first.</summary>
    public long Done { get; init; }

    /// <summary>How the last turn that failed ended; null where none did.</summary>
    public TurnFailure? Failure { get; init; }

    /// <summary>The halt that an operator has lifted on this unit; null where none.</summary>
    public Grant? Lifts { get; init; }
}
