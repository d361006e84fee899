using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Model;

/// <summary>What happened, as a hook sees it.</summary>
public sealed record HookEvent(string Name)
{
    /// <summary>endpoint:number, in relation hooks.</summary>
    public string? RelationId { get; init; }
    public string? Endpoint { get; init; }
    public string? RemoteApplication { get; init; }

    /// <summary>Null in -created and -broken.</summary>
    public string? RemoteUnit { get; init; }
    public string? DepartingUnit { get; init; }

    /// <summary>The version of the remote unit's settings this event announces.</summary>
    public int RemoteVersion { get; init; }

    /// <summary>The number of an on-demand request, to tick it off.</summary>
    public int? Request { get; init; }
}

/// <summary>Where the recorded hook stands.</summary>
public enum HookStep
{
    /// <summary>To be run (again) from the start; nothing wrong.</summary>
    Queued,

    /// <summary>Begun and not known to have succeeded: an error until a retry succeeds or the operator resolves it.</summary>
    Pending,
}

public sealed record PendingHook(HookEvent Hook, HookStep Step)
{
    public int Failures { get; init; }
    public DateTimeOffset? RetryAt { get; init; }
}

/// <summary>A stored charm archive; the revision rises with each refresh.</summary>
public sealed record CharmReference(string Sha256, int Revision);

public sealed record PortRange(string Endpoint, int From, int To, string Protocol)
{
    public override string ToString() =>
        Protocol == "icmp" ? "icmp" : From == To ? $"{From}/{Protocol}" : $"{From}-{To}/{Protocol}";
}

/// <summary>Another unit's side of a relation.</summary>
public sealed class RemoteUnit
{
    public int Version { get; set; } = 1;
    public int SeenVersion { get; set; }
    public bool Joined { get; set; }
    public bool Departing { get; set; }
    public SortedDictionary<string, string> Settings { get; set; } = new(StringComparer.Ordinal);
}

public sealed class RelationDocument
{
    public required string Id { get; init; }
    public required string Endpoint { get; init; }
    public required string RemoteApplication { get; init; }
    public bool Created { get; set; }
    public bool Breaking { get; set; }
    public int ApplicationVersion { get; set; } = 1;
    public int SeenApplicationVersion { get; set; } = 1;
    public SortedDictionary<string, string> Settings { get; set; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, string> ApplicationSettings { get; set; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, string> RemoteApplicationSettings { get; set; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, RemoteUnit> Units { get; set; } = new(StringComparer.Ordinal);
}

public sealed class SecretDocument
{
    public required string Id { get; init; }
    public required string Owner { get; init; }
    public string? Label { get; set; }
    public string? Description { get; set; }
    public int Revision { get; set; } = 1;
    public SortedDictionary<string, string> Content { get; set; } = new(StringComparer.Ordinal);
    public SortedSet<string> Grants { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>An action asked for and not yet finished.</summary>
public sealed record PendingAction(int Id, string Name, JsonObject Parameters);

/// <summary>All that is durably known of one unit, in one file so that a crash leaves one consistent state.</summary>
public sealed class UnitDocument
{
    public int Format { get; init; } = 1;
    public required string Name { get; init; }
    public required CharmReference Charm { get; set; }

    /// <summary>The charm asked for by a refresh and not yet unpacked.</summary>
    public CharmReference? Target { get; set; }
    public bool ForceUpgrade { get; set; }

    /// <summary>A new resource revision was attached: upgrade-charm without a new charm.</summary>
    public bool ResourcesChanged { get; set; }
    public bool Unpacked { get; set; }
    public bool Installed { get; set; }
    public bool Started { get; set; }
    public bool Stopped { get; set; }
    public bool Dying { get; set; }
    public bool Removed { get; set; }
    public string BootId { get; set; } = "";
    public bool StartAfterReboot { get; set; }
    public PendingHook? Operation { get; set; }
    public string? Resolved { get; set; }
    public long ConfigVersionSeen { get; set; } = -1;
    public bool Leader { get; set; }

    /// <summary>What the charm was last told: "leader", "follower", or nothing yet.</summary>
    public string? LeadershipSeen { get; set; }
    public bool StatusSet { get; set; }
    public StatusEntry Workload { get; set; } = new("waiting", "waiting for machine", DateTimeOffset.MinValue);
    public StatusEntry Agent { get; set; } = new("allocating", "", DateTimeOffset.MinValue);
    public StatusEntry? ApplicationStatus { get; set; }
    public string? WorkloadVersion { get; set; }
    public SortedDictionary<string, string> State { get; set; } = new(StringComparer.Ordinal);
    public List<PortRange> Ports { get; set; } = [];
    public List<RelationDocument> Relations { get; set; } = [];
    public List<SecretDocument> Secrets { get; set; } = [];
    public List<HookEvent> Requested { get; set; } = [];
    public List<PendingAction> Actions { get; set; } = [];
    public int? RunningAction { get; set; }

    /// <summary>Other units for goal-state, name to status; null: those known from peer relations.</summary>
    public SortedDictionary<string, string>? GoalUnits { get; set; }
    public SortedDictionary<string, string> Resources { get; set; } = new(StringComparer.Ordinal);
    public HookRun? Running { get; set; }
    public int Runs { get; set; }
    public int Requests { get; set; }
    public DateTimeOffset LastUpdateStatus { get; set; }

    [JsonIgnore]
    public string Application => Name[..Name.IndexOf('/')];
}

/// <summary>Settings an operator gave; the charm's defaults are not stored.</summary>
public sealed class ConfigDocument
{
    public long Version { get; set; }
    public JsonObject Values { get; set; } = [];
}

/// <summary>The machine and its model. Changed by the verb "model".</summary>
public sealed class MachineDocument
{
    public string MachineId { get; set; } = "0";
    public string ModelName { get; set; } = "lab";
    public string ModelUuid { get; set; } = Guid.NewGuid().ToString();
    public string Version { get; set; } = "3.6.27";
    public string ApiAddresses { get; set; } = "10.0.0.1:17070";
    public string Zone { get; set; } = "";
    public string CloudApiVersion { get; set; } = "";
    public string Address { get; set; } = "";
    public string PublicAddress { get; set; } = "";
    public string Cidr { get; set; } = "";
    public string Interface { get; set; } = "";
    public string MacAddress { get; set; } = "";
    public string HttpProxy { get; set; } = "";
    public string HttpsProxy { get; set; } = "";
    public string FtpProxy { get; set; } = "";
    public string NoProxy { get; set; } = "";

    /// <summary>Seconds between update-status hooks; 0: only on demand (Juju's default is 300).</summary>
    public double UpdateStatusInterval { get; set; }

    /// <summary>Seconds before the first retry of a failed hook; doubled each time up to 300.</summary>
    public double RetryBase { get; set; } = 5;
    public bool RetryHooks { get; set; } = true;
    public int LastActionId { get; set; }
    public int LastRelationId { get; set; } = -1;

    /// <summary>True for 3.x, whose meter and leader-settings leftovers 4.0 dropped.</summary>
    [JsonIgnore]
    public bool IsThree => Version.StartsWith("3.", StringComparison.Ordinal);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UnitDocument))]
[JsonSerializable(typeof(ConfigDocument))]
[JsonSerializable(typeof(MachineDocument))]
public sealed partial class ModelJson : JsonSerializerContext;
