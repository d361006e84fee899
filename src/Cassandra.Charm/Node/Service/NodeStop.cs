using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Node.Processes;
using Serilog;

namespace Cassandra.Charm.Node.Service;

/// <summary>Brings Cassandra down and proves it by processes.</summary>
/// <param name="tools">Runs nodetool.</param>
/// <param name="unit">The service.</param>
/// <param name="scan">Finds processes.</param>
/// <param name="log">Gets what is worth knowing.</param>
internal sealed class NodeStop(CassandraTools tools, ServiceUnit unit, ProcessScan scan, ILogger log)
{
    // A drain flushes every memtable: about 6 s, longer with a full heap on a slow disk.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(5);

    // As long as the init script's own stop waits for a JVM after TERM.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ProofLimit = TimeSpan.FromSeconds(30);

    /// <summary>Drains where the node answers, stops the service, ends what is left over.</summary>
    public async Task RunAsync(bool answers, CancellationToken cancel)
    {
        if (answers)
            await DrainAsync(cancel).ConfigureAwait(false);
        // Also where nothing lives: it takes "active" from a service whose Java died, and cancels a start that waits.
        await unit.StopAsync(cancel).ConfigureAwait(false);
        while (scan.Find() is { Count: > 0 } left)
        {
            log.Warning("systemd left processes of Cassandra running: {Processes:l}", string.Join(", ", left));
            await new ProcessSignals(scan).EndAllAsync(Grace, cancel).ConfigureAwait(false);
        }
        await ProveAsync(cancel).ConfigureAwait(false);
    }

    // A drained node stops in about a second, and with an empty commit log. One that cannot drain replays it later.
    private async Task DrainAsync(CancellationToken cancel)
    {
        try
        {
            await tools.NodetoolAsync(DrainLimit, cancel, "drain").ConfigureAwait(false);
        }
        catch (EffectFailedException failure)
        {
            log.Warning("cannot drain before the stop, its commit log is replayed at the next start: {Reason:l}", failure.Message);
        }
    }

    // Two looks: a list of processes is no snapshot, and a fork may hide from one of them.
    private async Task ProveAsync(CancellationToken cancel)
    {
        var looks = 0;
        if (await Poll.UntilAsync(() => (looks = scan.Find().Count == 0 ? looks + 1 : 0) >= 2, ProofLimit, cancel)
                .ConfigureAwait(false))
            return;
        throw new EffectFailedException(
            $"Cassandra was stopped, and something started it again: process {string.Join(", ", scan.Find().Select(p => p.Id))}",
            "find what starts it (systemctl status cassandra, ps -ef) and stop that first");
    }
}
