using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>Juju's machine-wide lock: one hook at a time, whichever unit's; first come, first served.</summary>
internal sealed class MachineLock : IDisposable
{
    private readonly SemaphoreSlim _free = new(1, 1);

    /// <summary>Waits for the lock; the unit shows that it waits. Dispose the result to release it.</summary>
    public async Task<IDisposable> AcquireAsync(UnitRecord unit, CancellationToken stop)
    {
        unit.WaitsForMachine = true;
        try
        {
            await _free.WaitAsync(stop);
        }
        finally
        {
            unit.WaitsForMachine = false;
        }

        return new Held(_free);
    }

    public void Dispose() => _free.Dispose();

    private sealed class Held(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
