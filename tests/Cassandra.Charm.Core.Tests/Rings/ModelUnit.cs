using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Tests.Rings;

/// <summary>What has become of a unit's node.</summary>
internal enum ModelNode
{
    Never,
    Down,
    Joining,
    Up,
}

/// <summary>A unit in the model: what its machine keeps, what it has said, and what it has been told of the others.</summary>
internal sealed class ModelUnit(string name, string rack)
{
    public string Name { get; } = name;

    public string Rack { get; } = rack;

    /// <summary>Its agent runs.</summary>
    public bool IsAlive { get; set; } = true;

    /// <summary>Juju has it.</summary>
    public bool Exists { get; set; } = true;

    // On its machine.
    public TurnLedger Ledger { get; set; } = TurnLedger.New;

    public ModelNode Node { get; set; }

    public Guid? HostId { get; set; }

    public DataReport Holds { get; set; } = DataReport.Empty;

    /// <summary>It has looked at its volume.</summary>
    public bool HasLooked { get; set; }

    /// <summary>For how many more purposes its node is to be stopped.</summary>
    public int Wishes { get; set; }

    /// <summary>It has begun what its turn is for.</summary>
    public bool IsInTurn { get; set; }

    /// <summary>The next turn fails.</summary>
    public bool Fails { get; set; }

    public Grant? Lifts { get; set; }

    // In the controller.
    public RingUnit Said { get; set; } = new() { Unit = name };

    // In its agent.
    public Dictionary<string, RingUnit> Seen { get; } = [];

    public RingBook SeenBook { get; set; } = RingBook.Empty;

    /// <summary>Units of which it has not been told the last.</summary>
    public HashSet<string> News { get; } = [];

    public bool HasNewsOfBook { get; set; }

    /// <summary>What it says after a hook.</summary>
    public RingUnit Speech => new()
    {
        Unit = Name,
        Rack = Rack,
        HostId = HostId,
        Holds = !HasLooked ? DataReport.Unknown : HostId is not null ? DataReport.Data : Holds,
        IsServing = Node == ModelNode.Up,
        Request = Ledger.Open,
        Done = Ledger.Done,
        Failure = Ledger.Failure,
        Lifts = Lifts,
    };
}
