using Cassandra.Lab.Juju;
using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Lab.Demo;

/// <summary>Shows a unit's status lines as they change, until disposed.</summary>
internal sealed class LiveStatus : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;

    private LiveStatus(CassandraUnit unit, Narrator narrator) => _watching = WatchAsync(unit, narrator);

    public static LiveStatus Of(CassandraUnit unit, Narrator narrator) => new(unit, narrator);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private async Task WatchAsync(CassandraUnit unit, Narrator narrator)
    {
        var last = "";
        try
        {
            await foreach (var entry in unit.Juju.WatchAsync(_end.Token))
            {
                var line = $"{unit.Name}  {entry.State,-11}  {entry.Message}";
                if (line != last)
                    narrator.Answer(line);
                last = line;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or MachineException or UnitException)
        {
            // The end of the watch; what goes wrong with the machine is told by those who act on it.
        }
    }
}
