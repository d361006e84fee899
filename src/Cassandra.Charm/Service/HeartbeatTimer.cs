using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Service;

/// <summary>The timer that lets the serving volume's record show that its node lives; it survives reboots.</summary>
internal sealed class HeartbeatTimer(IPrograms programs, StatePaths paths, string unitDirectory = "/etc/systemd/system")
{
    private const string Name = "cassandra-charm-heartbeat";

    private string ServiceFile => $"{unitDirectory}/{Name}.service";

    private string TimerFile => $"{unitDirectory}/{Name}.timer";

    /// <summary>Writes the units where they differ, and has them run.</summary>
    public async Task EnableAsync(CancellationToken cancel)
    {
        if (SystemFile.Write(ServiceFile, Service()) | SystemFile.Write(TimerFile, Timer))
            await SystemctlAsync(cancel, "daemon-reload").ConfigureAwait(false);
        // systemd has just read them: no second time for the link in timers.target.wants.
        await SystemctlAsync(cancel, "enable", "--no-reload", "--now", $"{Name}.timer").ConfigureAwait(false);
    }

    /// <summary>Stops and removes them.</summary>
    public async Task RemoveAsync(CancellationToken cancel)
    {
        if (!File.Exists(TimerFile) && !File.Exists(ServiceFile))
            return;
        await SystemctlAsync(cancel, "disable", "--now", $"{Name}.timer").ConfigureAwait(false);
        DurableFile.Delete(TimerFile);
        DurableFile.Delete(ServiceFile);
        await SystemctlAsync(cancel, "daemon-reload").ConfigureAwait(false);
    }

    private const string Timer = """
        [Unit]
        Description=Heartbeat of the Cassandra volume that serves

        [Timer]
        OnActiveSec=30s
        OnUnitActiveSec=30s
        AccuracySec=1s

        [Install]
        WantedBy=timers.target

        """;

    private string Service() => $"""
        [Unit]
        Description=Heartbeat of the Cassandra volume that serves

        [Service]
        Type=oneshot
        ExecStart={paths.Binary} heartbeat

        """;

    private Task SystemctlAsync(CancellationToken cancel, params string[] arguments) =>
        programs.RunAsync(new Command("systemctl", arguments), cancel);
}
