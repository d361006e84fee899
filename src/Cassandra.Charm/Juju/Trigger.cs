namespace Cassandra.Charm.Juju;

/// <summary>The hooks that the charm has (metadata.yaml declares no endpoint, so these are all).</summary>
public enum HookEvent
{
    /// <summary>A hook of a later Juju, or of an endpoint that is not declared: nothing to do.</summary>
    Unknown,

    /// <summary>The first hook of a unit.</summary>
    Install,

    /// <summary>An option, an address or the trust changed; also after install and after upgrade-charm.</summary>
    ConfigChanged,

    /// <summary>The end of a unit's installation, and the first hook after a reboot.</summary>
    Start,

    /// <summary>The unit is going away.</summary>
    Stop,

    /// <summary>The unit's last hook.</summary>
    Remove,

    /// <summary>The charm, or its resource, was refreshed.</summary>
    UpgradeCharm,

    /// <summary>Every five minutes.</summary>
    UpdateStatus,

    /// <summary>This unit leads.</summary>
    LeaderElected,

    /// <summary>Another unit, or the leader for all, has said something; or a unit has come or gone.</summary>
    ClusterChanged,
}

/// <summary>What Juju wants done: a hook or an action.</summary>
internal abstract record Trigger(string Name)
{
    private static readonly Dictionary<string, HookEvent> Hooks = new(StringComparer.Ordinal)
    {
        ["install"] = HookEvent.Install,
        ["config-changed"] = HookEvent.ConfigChanged,
        ["start"] = HookEvent.Start,
        ["stop"] = HookEvent.Stop,
        ["remove"] = HookEvent.Remove,
        ["upgrade-charm"] = HookEvent.UpgradeCharm,
        ["update-status"] = HookEvent.UpdateStatus,
        ["leader-elected"] = HookEvent.LeaderElected,
    };

    /// <summary>A hook.</summary>
    internal sealed record Hook(string Name) : Trigger(Name)
    {
        /// <summary>Which.</summary>
        public HookEvent Event => Hooks.GetValueOrDefault(Name);
    }

    /// <summary>An action, by the name actions.yaml gives it.</summary>
    internal sealed record Action(string Name) : Trigger(Name);

    /// <summary>The names of all hooks that mean something to the charm.</summary>
    public static IReadOnlyCollection<string> KnownHooks => Hooks.Keys;

    /// <summary>
    /// The dispatch path decides; then the hook's name, which is empty in an action; argv[0] last, since only a native
    /// binary sees the link's name there (dotnet-practice section 5).
    /// </summary>
    public static Trigger Read(string? dispatchPath, string? hookName, string calledAs)
    {
        if (!string.IsNullOrEmpty(dispatchPath))
            return FromPath(dispatchPath);
        return string.IsNullOrEmpty(hookName) ? FromPath(calledAs) : new Hook(hookName);
    }

    private static Trigger FromPath(string path)
    {
        var name = Path.GetFileName(path);
        return Path.GetFileName(Path.GetDirectoryName(path)) == "actions" ? new Action(name) : new Hook(name);
    }
}
