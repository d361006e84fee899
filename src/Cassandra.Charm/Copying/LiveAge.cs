using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Copying;

/// <summary>Is a live file old enough for its times to tell one state from the next?</summary>
internal sealed class LiveAge(TimeProvider time)
{
    // Filesystems note times by the kernel's tick, 10 ms at most, ext3-born ones by the second.
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(2);

    /// <summary>Now.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Nothing had touched it for two seconds then. One from the future is not old: the clock was set.</summary>
    public static bool IsSettled(in FileStatus status, DateTimeOffset then)
    {
        var changed = DateTimeOffset.FromUnixTimeSeconds(status.Changed.Seconds).AddTicks(status.Changed.Nanoseconds / 100);
        return then - changed >= Least;
    }
}
