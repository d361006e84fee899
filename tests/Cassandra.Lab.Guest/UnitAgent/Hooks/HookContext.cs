using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Hooks;

internal enum RebootRequest
{
    None,
    AfterHook,
    Now,
}

/// <summary>This unit's own side of a relation, as this run sees and changes it.</summary>
internal sealed record OwnSettings(SortedDictionary<string, string> Unit, SortedDictionary<string, string> Application)
{
    /// <summary>Only a leader may; and it must still be the leader when the run ends.</summary>
    public bool IsApplicationWritten { get; set; }
}

/// <summary>What one run of a hook, action or command sees, and what it wrote that counts only if it succeeds.</summary>
internal sealed class HookContext
{
    private readonly Dictionary<string, OwnSettings> _ownSettings = new(StringComparer.Ordinal);
    private readonly Lazy<JsonObject> _config;

    public HookContext(AgentPaths paths, MachineRecord machine, UnitRecord unit, Charm charm, UnitLog log, string name)
    {
        Paths = paths;
        Machine = machine;
        Unit = unit;
        Charm = charm;
        Log = log;
        Name = name;
        Id = $"{unit.Name}-{name}-{Guid.NewGuid():N}";
        // Read at the first config-get and then fixed, as in Juju: one hook sees one configuration.
        _config = new(() => unit.ReadConfig(c => charm.Config.Effective(c.Values)));
        (State, Ports, Secrets) = unit.Read(u => (
            new SortedDictionary<string, string>(u.State, StringComparer.Ordinal),
            u.Ports.ToList(),
            u.Secrets.ConvertAll(Copy)));
    }

    public string Id { get; }
    public string Name { get; }
    public AgentPaths Paths { get; }
    public MachineRecord Machine { get; }
    public UnitRecord Unit { get; }
    public Charm Charm { get; }
    public UnitLog Log { get; }
    public HookEvent? Hook { get; init; }
    public PendingAction? Action { get; init; }
    public JsonObject Config => _config.Value;

    /// <summary>Only one tool call at a time is executed in a context.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public SortedDictionary<string, string> State { get; }
    public List<PortRange> Ports { get; }
    public List<SecretDocument> Secrets { get; }
    public JsonObject Results { get; } = [];
    public List<string> ActionLog { get; } = [];
    public string? FailMessage { get; set; }
    public bool StatusWasSet { get; set; }
    public RebootRequest Reboot { get; set; }

    /// <summary>Kills the running process (juju-reboot --now).</summary>
    public Action Kill { get; set; } = () => { };

    public OwnSettings Own(RelationDocument relation)
    {
        if (!_ownSettings.TryGetValue(relation.Id, out var own))
        {
            own = new OwnSettings(
                new SortedDictionary<string, string>(relation.Settings, StringComparer.Ordinal),
                new SortedDictionary<string, string>(relation.ApplicationSettings, StringComparer.Ordinal));
            _ownSettings[relation.Id] = own;
        }

        return own;
    }

    /// <summary>Whether the controller takes what was written: it refuses the application's bag from who leads no more.</summary>
    public bool IsTaken(UnitDocument unit) => unit.Leader || !_ownSettings.Values.Any(own => own.IsApplicationWritten);

    /// <summary>Makes the buffered writes part of the unit; to be called inside the change that also ends the run.</summary>
    public void Commit(UnitDocument unit)
    {
        unit.State = State;
        unit.Ports = Ports;
        unit.Secrets = Secrets;
        foreach (var relation in unit.Relations)
        {
            if (!_ownSettings.TryGetValue(relation.Id, out var own))
                continue;
            relation.Settings = own.Unit;
            // What was only read may have been changed by the leader meanwhile.
            if (own.IsApplicationWritten)
                relation.ApplicationSettings = own.Application;
        }
    }

    private static SecretDocument Copy(SecretDocument secret) => new()
    {
        Id = secret.Id,
        Owner = secret.Owner,
        Label = secret.Label,
        Description = secret.Description,
        Revision = secret.Revision,
        Content = new SortedDictionary<string, string>(secret.Content, StringComparer.Ordinal),
        Grants = new SortedSet<string>(secret.Grants, StringComparer.Ordinal),
    };
}
