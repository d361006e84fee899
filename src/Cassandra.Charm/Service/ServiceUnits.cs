using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Service;

/// <summary>
/// The charm's own transient systemd units. Work that outlives a hook must be one: the agent's service ends everything in
/// its control group when it restarts (juju-contract 2.2).
/// </summary>
internal sealed class ServiceUnits(IPrograms programs, StatePaths paths)
{
    /// <summary>Reads a disk.</summary>
    public const string Check = "cassandra-charm-check.service";

    private const string CopyPrefix = "cassandra-charm-copy-";
    private const string FollowPrefix = "cassandra-charm-follow-";
    private const string AwaitNodePrefix = "cassandra-charm-await-node-";
    private const string CallBackPrefix = "cassandra-charm-call-back-";

    /// <summary>Makes one copy.</summary>
    public static string Copy(Guid copyId) => $"{CopyPrefix}{Short(copyId)}.service";

    /// <summary>Follows the source of one move while it serves.</summary>
    public static string Follow(Guid copyId) => $"{FollowPrefix}{Short(copyId)}.service";

    /// <summary>
    /// Has the node awaited. By a name of its own, for what calls for it may itself have been called by the last one, which
    /// has not ended yet.
    /// </summary>
    public Task AwaitNodeAsync(CancellationToken cancel) =>
        StartAsync($"{AwaitNodePrefix}{Short(Guid.NewGuid())}.service", "await-node", cancel);

    /// <summary>Starts a command of this binary; one of that name that runs already is left alone.</summary>
    public async Task StartAsync(string unit, string command, CancellationToken cancel)
    {
        if (await IsRunningAsync(unit, cancel).ConfigureAwait(false))
            return;
        // One that has failed keeps its name.
        await SystemctlAsync(["reset-failed", unit], cancel).ConfigureAwait(false);
        await programs.RunAsync(new Command("systemd-run", $"--unit={unit}", "--quiet", "--collect",
            "--property=Type=exec", "--property=IOWeight=20", "--property=CPUWeight=20",
            // Killed (by the kernel, for want of memory) it goes on; what fails by itself fails again, and is told instead.
            "--property=Restart=on-abnormal", "--property=RestartSec=1s", "--property=StartLimitIntervalSec=1h",
            "--property=StartLimitBurst=5", paths.Binary, command), cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Has the unit called back later; an earlier appointment is replaced.</summary>
    public async Task CallBackAfterAsync(TimeSpan delay, CancellationToken cancel)
    {
        await SystemctlAsync(["stop", $"{CallBackPrefix}*.timer"], cancel).ConfigureAwait(false);
        // Its own name: the last one may still wait for the unit agent.
        await programs.RunAsync(new Command("systemd-run", $"--unit={CallBackPrefix}{Short(Guid.NewGuid())}", "--quiet", "--collect",
            $"--on-active={(int)delay.TotalSeconds}s", "--timer-property=AccuracySec=100ms", paths.Binary, "call-back"), cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Whether a unit is starting, running or ending.</summary>
    public async Task<bool> IsRunningAsync(string unit, CancellationToken cancel)
    {
        var answer = await programs.RunAsync(new Command("systemctl", "is-active", unit) { Accepts = [0, 3, 4] }, cancel)
            .ConfigureAwait(false);
        return answer.Output.Trim() is "active" or "activating" or "deactivating" or "reloading";
    }

    /// <summary>Stops every unit of ours; returns when they have ended.</summary>
    public async Task StopAllAsync(CancellationToken cancel)
    {
        foreach (var unit in new[] { $"{CallBackPrefix}*.timer", $"{AwaitNodePrefix}*.service", $"{FollowPrefix}*.service", $"{CopyPrefix}*.service", Check })
            await StopAsync(unit, cancel).ConfigureAwait(false);
    }

    /// <summary>Stops one, or those of a pattern; returns when they have ended.</summary>
    public Task StopAsync(string unit, CancellationToken cancel) => SystemctlAsync(["stop", unit], cancel);

    private static string Short(Guid id) => id.ToString("N")[..8];

    // 5: the unit is not loaded, that is, there is nothing to stop.
    private Task SystemctlAsync(string[] arguments, CancellationToken cancel) =>
        programs.RunAsync(new Command("systemctl", arguments) { Accepts = [0, 1, 5], TimeLimit = TimeSpan.FromMinutes(2) }, cancel);
}
