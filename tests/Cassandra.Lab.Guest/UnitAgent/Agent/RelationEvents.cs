using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>The relation hooks that are due, and what they change when they have succeeded.</summary>
internal static class RelationEvents
{
    public static HookEvent? NextCreated(UnitDocument unit) =>
        unit.Relations.Find(r => !r.Created) is { } relation ? Event(relation, "created") : null;

    public static HookEvent? Next(UnitDocument unit) =>
        unit.Relations.Select(r => r.Breaking ? Leave(r) : Follow(r)).FirstOrDefault(e => e is not null);

    /// <summary>A dying unit leaves every relation before it stops.</summary>
    public static HookEvent? NextWhenDying(UnitDocument unit) =>
        unit.Relations.Select(Leave).FirstOrDefault(e => e is not null);

    public static void Commit(UnitDocument unit, HookEvent hook)
    {
        if (unit.Relations.Find(r => r.Id == hook.RelationId) is not { } relation)
            return;
        var remote = hook.RemoteUnit is null ? null : relation.Units.GetValueOrDefault(hook.RemoteUnit);
        switch (hook.Name[(relation.Endpoint.Length + 1)..])
        {
            case "relation-created":
                relation.Created = true;
                break;
            case "relation-joined" when remote is not null:
                remote.Joined = true;
                break;
            case "relation-changed" when remote is not null:
                remote.SeenVersion = hook.RemoteVersion;
                break;
            case "relation-changed":
                relation.SeenApplicationVersion = hook.RemoteVersion;
                break;
            case "relation-departed":
                relation.Units.Remove(hook.RemoteUnit!);
                break;
            case "relation-broken":
                unit.Relations.Remove(relation);
                break;
        }
    }

    private static HookEvent? Follow(RelationDocument relation)
    {
        foreach (var (name, remote) in relation.Units)
        {
            if (remote is { Departing: true, Joined: true })
                return Event(relation, "departed", name) with { DepartingUnit = name };
            if (!remote.Joined)
                return Event(relation, "joined", name);
            if (remote.SeenVersion != remote.Version)
                return Event(relation, "changed", name) with { RemoteVersion = remote.Version };
        }

        return relation.SeenApplicationVersion != relation.ApplicationVersion
            ? Event(relation, "changed") with { RemoteVersion = relation.ApplicationVersion }
            : null;
    }

    private static HookEvent? Leave(RelationDocument relation) =>
        !relation.Created ? null
        : relation.Units.FirstOrDefault(u => u.Value.Joined) is { Key: { } name } ? Event(relation, "departed", name)
        : Event(relation, "broken");

    private static HookEvent Event(RelationDocument relation, string what, string? unit = null) =>
        new($"{relation.Endpoint}-relation-{what}")
        {
            RelationId = relation.Id,
            Endpoint = relation.Endpoint,
            RemoteApplication = relation.RemoteApplication,
            RemoteUnit = unit,
        };
}
