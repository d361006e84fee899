namespace Cassandra.Charm.Core.Reporting;

/// <summary>The four states a charm may set (juju-contract, status-set).</summary>
public enum UnitState
{
    /// <summary>Serving.</summary>
    Active,

    /// <summary>The charm is at work.</summary>
    Maintenance,

    /// <summary>Something else must happen first, without the operator.</summary>
    Waiting,

    /// <summary>The operator must act.</summary>
    Blocked,
}

/// <summary>The unit's status line.</summary>
public sealed record UnitStatus(UnitState State, string Message)
{
    /// <summary>Serving.</summary>
    public static UnitStatus Active(string message) => new(UnitState.Active, message);

    /// <summary>At work.</summary>
    public static UnitStatus Maintenance(string message) => new(UnitState.Maintenance, message);

    /// <summary>Waiting.</summary>
    public static UnitStatus Waiting(string message) => new(UnitState.Waiting, message);

    /// <summary>The operator must act.</summary>
    public static UnitStatus Blocked(string message) => new(UnitState.Blocked, message);
}
