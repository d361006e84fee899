using Cassandra.Lab.Images;
using Cassandra.Lab.Machines;

[assembly: AssemblyFixture(typeof(Cassandra.Machine.Tests.LabFixture))]

namespace Cassandra.Machine.Tests;

/// <summary>Prepares image and snapshot once, and keeps the number of machines down to what the host can carry.</summary>
public sealed class LabFixture : IAsyncLifetime
{
    // Each has two processors, which wait for each other's locks: two machines on two cores take three times as long as
    // one (measured: a kill and its recovery 6 s instead of 2.3, a power cut and its boot 44 s instead of 14).
    private static readonly int Capacity = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly SemaphoreSlim _places = new(Capacity);
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Why no machine can run here; null if one can.</summary>
    public string? Unavailable { get; private set; }

    /// <summary>What all machines of the tests are like.</summary>
    public MachineOptions Options { get; } = new();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        try
        {
            (await MachineSnapshot.EnsureAsync(Options)).Dispose();
        }
        catch (LabUnavailableException e)
        {
            Unavailable = e.Message;
        }
    }

    /// <summary>Waits for room for so many machines, or for all the room there is, at once: two tests that each hold half of what
    /// they need would wait for ever. Dispose the result when the machines are gone.</summary>
    public async Task<IDisposable> ReserveAsync(int machines, CancellationToken ct)
    {
        var places = Math.Min(machines, Capacity);
        await _turn.WaitAsync(ct);
        try
        {
            for (var taken = 0; taken < places; taken++)
                await _places.WaitAsync(ct);
        }
        finally
        {
            _turn.Release();
        }
        return new Reservation(_places, places);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _places.Dispose();
        _turn.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Reservation(SemaphoreSlim places, int count) : IDisposable
    {
        public void Dispose() => places.Release(count);
    }
}
