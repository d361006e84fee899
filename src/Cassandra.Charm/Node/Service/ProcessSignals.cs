using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Cassandra.Charm.Node.Processes;

namespace Cassandra.Charm.Node.Service;

/// <summary>Ends processes that systemd has lost, each proven to be the one that was found.</summary>
/// <param name="scan">Finds them.</param>
internal sealed class ProcessSignals(ProcessScan scan)
{
    /// <summary>TERM, time to end, KILL, time to end.</summary>
    /// <param name="grace">Between TERM and KILL.</param>
    /// <param name="cancel">Cancels between two looks.</param>
    /// <exception cref="EffectFailedException">Some outlive KILL: they hang in the kernel.</exception>
    public async Task EndAllAsync(TimeSpan grace, CancellationToken cancel)
    {
        if (await SignalAllAsync(Signal.SIGTERM, grace, cancel).ConfigureAwait(false)
            || await SignalAllAsync(Signal.SIGKILL, TimeSpan.FromSeconds(20), cancel).ConfigureAwait(false))
            return;
        var left = string.Join(", ", scan.Find().Select(process => process.Id));
        throw new EffectFailedException(
            $"Cassandra's process {left} does not end, not even by SIGKILL",
            "it waits for a disk: look at the kernel's log, and reboot if the disk does not come back");
    }

    private Task<bool> SignalAllAsync(int signal, TimeSpan patience, CancellationToken cancel)
    {
        var signalled = new HashSet<CassandraProcess>();
        return Poll.UntilAsync(
            () =>
            {
                var alive = scan.Find();
                // Those found later too: a launcher that has become, or has forked, a JVM meanwhile.
                foreach (var process in alive.Where(signalled.Add))
                    Send(process, signal);
                return alive.Count == 0;
            },
            patience, cancel);
    }

    private void Send(CassandraProcess process, int signal)
    {
        if (!scan.IsAlive(process) || Signal.kill(process.Id, signal) == 0)
            return;
        var failure = LibcException.OfLastCall("kill", $"process {process.Id}");
        if (failure.ErrorNumber != Errno.ESRCH)
            throw failure;
    }
}
