using Cassandra.Lab.Guest.UnitAgent.Tools;

namespace Cassandra.Lab.Guest.UnitAgent;

/// <summary>The applets of the unit agent by name: the agent, its control command, juju-exec and every hook tool.</summary>
internal static class Applets
{
    public static IEnumerable<KeyValuePair<string, Func<string[], Task<int>>>> All =>
    [
        new("unit-agent", UnitAgentApplet.RunAsync),
        new("juju", JujuApplet.RunAsync),
        new("juju-exec", JujuExecApplet.RunAsync),
        new("charm-check", CharmCheckApplet.RunAsync),
        new("stub-hook-tools", StubHookToolsApplet.RunAsync),
        .. HookTools.Names.Select(name => KeyValuePair.Create<string, Func<string[], Task<int>>>(
            name, arguments => HookToolApplet.RunAsync(name, arguments))),
    ];
}
