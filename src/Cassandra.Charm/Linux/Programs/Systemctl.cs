namespace Cassandra.Charm.Linux.Programs;

/// <summary>systemctl(1).</summary>
public sealed class Systemctl(IPrograms programs)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(3); // above the default limit of a unit, 90 s

    /// <summary>Reads changed unit files.</summary>
    public Task ReloadAsync(CancellationToken cancel) => RunAsync(cancel, "daemon-reload");

    /// <summary>Starts a unit and waits until it is up, or failed.</summary>
    public Task StartAsync(string unit, CancellationToken cancel) => RunAsync(cancel, "start", unit);

    private Task<CommandResult> RunAsync(CancellationToken cancel, params string[] arguments) =>
        programs.RunAsync(new Command("systemctl", ["--no-ask-password", .. arguments]) { TimeLimit = TimeLimit }, cancel);
}
