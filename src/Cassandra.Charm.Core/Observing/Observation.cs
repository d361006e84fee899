using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Observing;

/// <summary>Why the charm was called.</summary>
public enum Occasion
{
    /// <summary>Any hook or call that only wants the machine to be as it should.</summary>
    Converge,

    /// <summary>The unit is going: <c>stop</c>.</summary>
    Stop,

    /// <summary>The unit is gone: <c>remove</c>.</summary>
    Remove,
}

/// <summary>Everything a decision rests on. What is not in here does not count.</summary>
public sealed record Observation
{
    /// <summary>Why we were called.</summary>
    public Occasion Occasion { get; init; }

    /// <summary>This unit.</summary>
    public required UnitIdentity Self { get; init; }

    /// <summary>The options.</summary>
    public required Settings Settings { get; init; }

    /// <summary>An option that cannot be used, for the status line; null where all are well.</summary>
    public string? SettingsProblem { get; init; }

    /// <summary>What the map says to this unit.</summary>
    public required Assignment Assignment { get; init; }

    /// <summary>What the charm remembers.</summary>
    public required Journal Journal { get; init; }

    /// <summary>What operators asked for.</summary>
    public Orders Orders { get; init; } = Orders.None;

    /// <summary>Cassandra is installed as the options want it.</summary>
    public required bool IsInstalled { get; init; }

    /// <summary>The node.</summary>
    public required NodeSight Node { get; init; }

    /// <summary>The volume that the map names; null where it names none.</summary>
    public VolumeSight? Assigned { get; init; }

    /// <summary>The volume that last served; null where the root disk did, or nothing. May be the same sight as <see cref="Assigned"/>.</summary>
    public VolumeSight? Served { get; init; }

    /// <summary>The target of the move or adoption in the journal; null where there is none. May be the same sight as another.</summary>
    public VolumeSight? Target { get; init; }

    /// <summary>The volume that served before the last switch, where it matters: an order to go back stands, or is being carried out. Null elsewhere.</summary>
    public VolumeSight? Previous { get; init; }

    /// <summary>The volume whose old data is, or is ordered to be, deleted; null where there is none.</summary>
    public VolumeSight? Old { get; init; }

    /// <summary>Units of this application, where it was asked for; null where not.</summary>
    public IReadOnlySet<string>? Units { get; init; }

    /// <summary>A system container: no device nodes, no mounts.</summary>
    public bool IsContainer { get; init; }

    /// <summary>Seconds since boot.</summary>
    public double Uptime { get; init; }

    /// <summary>Id of this boot.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Address of this unit, as Juju says; empty where it was not asked.</summary>
    public string Address { get; init; } = "";

    /// <summary>Addresses of the ring's seeds; empty where the unit has no others.</summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];

    /// <summary>Availability zone; empty where the platform has none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The map's entry for this unit as text, to see whether it changed.</summary>
    public string Entry => Assignment switch
    {
        Assignment.Volume v => v.Id.Text,
        Assignment.RootDisk => "none",
        _ => "",
    };
}
