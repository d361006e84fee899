using System.Diagnostics;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;
using CliWrap;
using CliWrap.Buffered;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>The agent as a systemd service, with the traits of Juju's own unit file.</summary>
internal static class AgentService
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>Writes, enables and starts the service, and waits until the control socket answers.</summary>
    public static async Task InstallAsync(AgentPaths paths, ParsedArguments arguments)
    {
        if (paths.Root.Length > 0)
            throw new IOException($"no agent answers; start one with: lab-guest unit-agent --root {paths.Root}");
        var machine = arguments.Value("machine-id") ?? "0";
        var name = $"jujud-machine-{machine.Replace('/', '-')}.service";
        var options = arguments.Value("model-uuid") is { } uuid ? $" --model-uuid {uuid}" : "";
        await File.WriteAllTextAsync($"/etc/systemd/system/{name}", UnitFile(machine, options));
        await SystemctlAsync("daemon-reload");
        await SystemctlAsync("enable", "--now", name);
        await AnsweringAsync(paths.ControlSocket, name);
    }

    /// <summary>No KillMode: stopping the service kills the running hook and all that hooks left behind.</summary>
    private static string UnitFile(string machine, string options) =>
        $"""
        [Unit]
        Description=juju agent for machine-{machine} (lab)
        After=syslog.target
        After=network.target
        After=systemd-user-sessions.service

        [Service]
        LimitNOFILE=64000
        ExecStart={Environment.ProcessPath} unit-agent --machine-id {machine}{options}
        Restart=on-failure
        TimeoutSec=300

        [Install]
        WantedBy=multi-user.target

        """;

    private static async Task SystemctlAsync(params string[] arguments)
    {
        var result = await Cli.Wrap("/usr/bin/systemctl").WithArguments(arguments)
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        if (result.ExitCode != 0)
            throw new IOException($"systemctl {string.Join(' ', arguments)}: {result.StandardError.Trim()}");
    }

    private static async Task AnsweringAsync(string socket, string service)
    {
        var clock = Stopwatch.StartNew();
        while (!SocketCall.Answers(socket))
        {
            if (clock.Elapsed > StartLimit)
                throw new IOException($"{service} did not answer within {StartLimit.TotalSeconds} s");
            await Task.Delay(20);
        }
    }
}
