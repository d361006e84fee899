using System.Runtime.InteropServices;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.EntryPoints;

/// <summary>
/// SIGTERM: the step under way is finished, then the process ends as if the signal had killed it. Juju runs a hook that
/// died by SIGTERM again from its start; one that answered the signal with an exit code would count as failed
/// (juju-contract 2.2).
/// </summary>
internal sealed class Termination : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly PosixSignalRegistration _registration;

    /// <summary>Listens from now on.</summary>
    public Termination() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        _requested.Cancel();
    });

    /// <summary>Cancelled once SIGTERM has come.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>Ends this process by SIGTERM with the signal's default effect. Does not return.</summary>
    public static void EndBySignal()
    {
        Signal.signal(Signal.SIGTERM, Signal.SIG_DFL);
        Signal.kill(Environment.ProcessId, Signal.SIGTERM);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _requested.Dispose();
    }
}
