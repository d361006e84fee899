using Cassandra.Lab.Guest.UnitAgent.Model;
using CliWrap;
using CliWrap.Buffered;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>The parts of the machine the agent touches besides files and children.</summary>
internal sealed class HostServices(AgentPaths paths)
{
    /// <summary>True below a root directory, without systemd: for the agent's own fast tests.</summary>
    public bool IsContained => paths.Root.Length > 0;

    public string BootId =>
        File.ReadAllText(File.Exists(paths.BootIdOverride) ? paths.BootIdOverride : "/proc/sys/kernel/random/boot_id").Trim();

    public async Task RebootAsync()
    {
        if (IsContained)
            DurableFile.Write(paths.RebootMark, []);
        else
            await Cli.Wrap("/usr/bin/systemctl").WithArguments(["reboot"]).ExecuteBufferedAsync();
    }
}
