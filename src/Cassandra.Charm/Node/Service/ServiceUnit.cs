using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Node.Configuration;

namespace Cassandra.Charm.Node.Service;

/// <summary>cassandra.service as systemd manages it. Its "active" is no proof of anything (cassandra-facts, Service).</summary>
/// <param name="programs">Runs systemctl.</param>
internal sealed class ServiceUnit(IPrograms programs)
{
    // The init script's stop takes TERM, 30 s, KILL, 5 s.
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(2);

    // systemd's own limit for a generated unit is 5 minutes; the guard may wait that long for a mount.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(6);

    /// <summary>Starts it; empty, or why systemd or the guard refused or the init script failed.</summary>
    public async Task<string> StartAsync(CancellationToken cancel)
    {
        // After a few refusals in a row systemd would refuse by count, whatever has been repaired meanwhile.
        await SystemctlAsync("reset-failed", StopLimit, AnyExit, cancel).ConfigureAwait(false);
        var result = await SystemctlAsync("start", StartLimit, AnyExit, cancel).ConfigureAwait(false);
        return result.ExitCode == 0 ? "" : $"systemd did not start it: {FirstLine(result.Error)}";
    }

    /// <summary>Stops it: also the way out of "active" with no Java alive.</summary>
    public Task StopAsync(CancellationToken cancel) => SystemctlAsync("stop", StopLimit, AnyExit, cancel);

    /// <summary>Has every boot start it.</summary>
    public Task EnableAsync(CancellationToken cancel) => SystemctlAsync("enable", StopLimit, [0], cancel);

    /// <summary>Leaves it so that no boot starts it.</summary>
    public Task DisableAsync(CancellationToken cancel) => SystemctlAsync("disable", StopLimit, [0], cancel);

    /// <summary>Has systemd read its files again.</summary>
    public Task ReloadAsync(CancellationToken cancel) =>
        programs.RunAsync(new Command("systemctl", "daemon-reload"), cancel);

    /// <summary>Whether a start is under way or waits its turn, at boot for instance.</summary>
    public async Task<bool> IsStartingAsync(CancellationToken cancel)
    {
        var shown = await programs.RunAsync(
            new Command("systemctl", "show", "--property=ActiveState,Job", ServiceDropIn.Service), cancel)
            .ConfigureAwait(false);
        var lines = shown.Output.Split('\n', StringSplitOptions.TrimEntries);
        // Without a job systemctl prints "Job=": a property that is asked for by name is shown even if empty.
        return lines.Contains("ActiveState=activating")
            || lines.Any(line => line.StartsWith("Job=", StringComparison.Ordinal) && line is not ("Job=" or "Job=0"));
    }

    private static readonly int[] AnyExit = [.. Enumerable.Range(0, 256)];

    private Task<CommandResult> SystemctlAsync(string verb, TimeSpan limit, int[] accepts, CancellationToken cancel) =>
        programs.RunAsync(
            new Command("systemctl", verb, ServiceDropIn.Service) { TimeLimit = limit, Accepts = accepts }, cancel);

    private static string FirstLine(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("no reason given");
}
