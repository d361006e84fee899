namespace Cassandra.Lab.Guest.UnitAgent;

/// <summary>Every path the agent uses, as Juju lays them out, below <paramref name="Root"/> ("" on a real machine).</summary>
public sealed record AgentPaths(string Root)
{
    public string DataDirectory => $"{Root}/var/lib/juju";
    public string LogDirectory => $"{Root}/var/log/juju";
    public string JujuExec => $"{Root}/usr/bin/juju-exec";

    /// <summary>What a controller's database would hold: it outlives the unit's own directories.</summary>
    public string ModelDirectory => $"{DataDirectory}/lab";
    public string ControlSocket => $"{ModelDirectory}/control.socket";
    public string MachineDocument => $"{ModelDirectory}/machine.json";
    public string UnitsDirectory => $"{ModelDirectory}/units";
    public string CharmCache => $"{ModelDirectory}/charms";

    /// <summary>A file that overrides the kernel's boot id, so that a reboot can be shown without one.</summary>
    public string BootIdOverride => $"{ModelDirectory}/boot_id";

    /// <summary>Written instead of rebooting when the agent runs below a root directory.</summary>
    public string RebootMark => $"{ModelDirectory}/reboot-requested";

    public static string Tag(string unit) => "unit-" + unit.Replace('/', '-');

    public string AgentDirectory(string unit) => $"{DataDirectory}/agents/{Tag(unit)}";
    public string CharmDirectory(string unit) => $"{AgentDirectory(unit)}/charm";
    public string AgentSocket(string unit) => $"{AgentDirectory(unit)}/agent.socket";
    public string RunSocket(string unit) => $"{AgentDirectory(unit)}/run.socket";
    public string ResourceDirectory(string unit) => $"{AgentDirectory(unit)}/resources";
    public string ToolsDirectory(string unit) => $"{DataDirectory}/tools/{Tag(unit)}";
    public string LogFile(string unit) => $"{LogDirectory}/{Tag(unit)}.log";

    public string UnitDirectory(string unit) => $"{UnitsDirectory}/{Tag(unit)}";
    public string UnitDocument(string unit) => $"{UnitDirectory(unit)}/unit.json";
    public string ConfigDocument(string unit) => $"{UnitDirectory(unit)}/config.json";
    public string StatusHistory(string unit) => $"{UnitDirectory(unit)}/status-history.jsonl";
    public string HookHistory(string unit) => $"{UnitDirectory(unit)}/hook-history.jsonl";
    public string ActionFile(string unit, int id) => $"{UnitDirectory(unit)}/actions/{id}.json";
    public string StoredResource(string unit, string name) => $"{UnitDirectory(unit)}/resources/{name}";
}
