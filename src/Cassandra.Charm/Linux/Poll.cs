using System.Diagnostics;

namespace Cassandra.Charm.Linux;

/// <summary>
/// Waits for what nobody reports: the end of a process that is no child of ours, a port of another process, a lock that others
/// hold (flock has no wait that can be cancelled), a device node that udev makes.
/// </summary>
internal static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks again and again until there is an answer; null where there is none in time. Asks at least once.</summary>
    public static async Task<T?> UntilAsync<T>(Func<Task<T?>> ask, TimeSpan patience, CancellationToken cancel)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (await ask().ConfigureAwait(false) is { } answer)
                return answer;
            if (watch.Elapsed >= patience)
                return null;
            await Task.Delay(Interval, cancel).ConfigureAwait(false); // between two looks, not for an effect
        }
    }

    /// <summary>Waits until something holds; false where it does not in time.</summary>
    public static async Task<bool> UntilAsync(Func<bool> holds, TimeSpan patience, CancellationToken cancel) =>
        await UntilAsync<object>(() => Task.FromResult<object?>(holds() ? holds : null), patience, cancel)
            .ConfigureAwait(false) is not null;
}
