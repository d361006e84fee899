using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Juju;

/// <summary>
/// What Juju tells a hook or action through its environment (juju-contract 1.2), read once. A variable that is unset
/// and one that is empty mean the same.
/// </summary>
internal sealed record HookContext
{
    /// <summary>What Juju wants done.</summary>
    public required Trigger Trigger { get; init; }

    /// <summary><c>JUJU_UNIT_NAME</c>, e.g. <c>cassandra/0</c>.</summary>
    public required string Unit { get; init; }

    /// <summary><c>JUJU_MODEL_UUID</c>.</summary>
    public required string ModelUuid { get; init; }

    /// <summary><c>JUJU_MODEL_NAME</c>.</summary>
    public string ModelName { get; init; } = "";

    /// <summary><c>JUJU_MACHINE_ID</c>, e.g. <c>3</c> or <c>3/lxd/0</c>.</summary>
    public string MachineId { get; init; } = "";

    /// <summary><c>JUJU_AVAILABILITY_ZONE</c>; empty where the platform has none.</summary>
    public string AvailabilityZone { get; init; } = "";

    /// <summary><c>JUJU_RELATION_ID</c>; empty where the hook is about no relation.</summary>
    public string RelationId { get; init; } = "";

    /// <summary><c>JUJU_REMOTE_UNIT</c>: whose bag has changed; empty where it is the application's.</summary>
    public string RemoteUnit { get; init; } = "";

    /// <summary><c>JUJU_DEPARTING_UNIT</c>; empty where none departs.</summary>
    public string DepartingUnit { get; init; } = "";

    /// <summary><c>JUJU_CHARM_DIR</c>: where the charm is unpacked.</summary>
    public string CharmDirectory { get; init; } = "";

    /// <summary>Proxies of the model, for programs that fetch.</summary>
    public Proxies Proxies { get; init; } = new("", "", "");

    /// <summary>The unit, as records and journal name it.</summary>
    public UnitIdentity Identity => new(ModelUuid, Unit, MachineId);

    /// <summary>The unit's application.</summary>
    public string Application => Identity.Application;

    /// <summary>Whether Juju started this process at all; systemd and people do not set the variable.</summary>
    public static bool IsPresent(Func<string, string?> variable) => !string.IsNullOrEmpty(variable("JUJU_CONTEXT_ID"));

    /// <summary>Reads the context.</summary>
    /// <param name="variable">Value of an environment variable; null where it is unset.</param>
    /// <param name="calledAs">argv[0]: the last resort for the name of the hook.</param>
    /// <exception cref="InvalidOperationException">A variable that every agent sets is missing.</exception>
    public static HookContext Read(Func<string, string?> variable, string calledAs) => new()
    {
        Trigger = Trigger.Read(variable("JUJU_DISPATCH_PATH"), variable("JUJU_HOOK_NAME"), calledAs),
        Unit = Required("JUJU_UNIT_NAME", variable),
        ModelUuid = Required("JUJU_MODEL_UUID", variable),
        ModelName = variable("JUJU_MODEL_NAME") ?? "",
        MachineId = variable("JUJU_MACHINE_ID") ?? "",
        AvailabilityZone = variable("JUJU_AVAILABILITY_ZONE") ?? "",
        RelationId = variable("JUJU_RELATION_ID") ?? "",
        RemoteUnit = variable("JUJU_REMOTE_UNIT") ?? "",
        DepartingUnit = variable("JUJU_DEPARTING_UNIT") ?? "",
        CharmDirectory = variable("JUJU_CHARM_DIR") ?? "",
        Proxies = new Proxies(
            variable("JUJU_CHARM_HTTP_PROXY") ?? "",
            variable("JUJU_CHARM_HTTPS_PROXY") ?? "",
            variable("JUJU_CHARM_NO_PROXY") ?? ""),
    };

    private static string Required(string name, Func<string, string?> variable) =>
        variable(name) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"{name} is not set: this is not a hook that a Juju agent runs");
}

/// <summary>Proxies, each empty where the model sets none.</summary>
internal sealed record Proxies(string Http, string Https, string Except);
