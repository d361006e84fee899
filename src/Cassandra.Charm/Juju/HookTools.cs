namespace Cassandra.Charm.Juju;

/// <summary>The unit agent's tools, by family; they work only while Juju runs a hook or an action.</summary>
internal sealed class HookTools(IHookToolRunner runner)
{
    /// <summary>status-set, application-version-set.</summary>
    public StatusTools Status { get; } = new(runner);

    /// <summary>config-get.</summary>
    public ConfigTools Config { get; } = new(runner);

    /// <summary>network-get, open-port.</summary>
    public NetworkTools Network { get; } = new(runner);

    /// <summary>goal-state, is-leader.</summary>
    public ApplicationTools Application { get; } = new(runner);

    /// <summary>relation-ids, relation-list, relation-get, relation-set.</summary>
    public RelationTools Relations { get; } = new(runner);

    /// <summary>resource-get.</summary>
    public ResourceTools Resources { get; } = new(runner);

    /// <summary>action-get, action-set, action-fail, action-log.</summary>
    public ActionTools Action { get; } = new(runner);
}
