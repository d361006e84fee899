using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.State;
using Serilog;

namespace Cassandra.Charm.Service;

/// <summary>
/// Has the unit agent run this binary in the unit's hook context. Where it cannot, the next hook does the same: a call
/// is a matter of minutes, never of correctness.
/// </summary>
internal sealed class AgentCall(IPrograms programs, StatePaths paths, ILogger log)
{
    private const string JujuExec = "/usr/bin/juju-exec";

    // It waits for the machine's hook lock, which other units may hold for long.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromHours(2);

    // A hook that holds that lock may be waiting for us.
    private static readonly TimeSpan ReportLimit = TimeSpan.FromSeconds(20);

    /// <summary>Has the unit look at itself and act.</summary>
    public Task ConvergeAsync(UnitIdentity unit, CancellationToken cancel) => RunAsync(unit, "converge", TimeLimit, cancel);

    /// <summary>Has the unit show what is under way, if that can be done at once.</summary>
    public Task ReportAsync(UnitIdentity unit, CancellationToken cancel) => RunAsync(unit, "report", ReportLimit, cancel);

    private async Task RunAsync(UnitIdentity unit, string command, TimeSpan limit, CancellationToken cancel)
    {
        if (!File.Exists(JujuExec))
        {
            log.Information("{Program:l} is not here; the next hook goes on", JujuExec);
            return;
        }

        try
        {
            await programs.RunAsync(new Command(JujuExec, unit.Unit, $"{paths.Binary} {command}") { TimeLimit = limit }, cancel)
                .ConfigureAwait(false);
        }
        catch (EffectFailedException failure)
        {
            log.Warning("the unit agent could not be called: {Why:l}; the next hook goes on", failure.Message);
        }
    }
}
