namespace Cassandra.Lab.Guest.StandIn.Cql;

/// <summary>Microseconds for writes that bring none: never the same twice, never backwards in one process.</summary>
internal static class Clock
{
    private static long _last;

    public static long Microseconds()
    {
        while (true)
        {
            var last = Interlocked.Read(ref _last);
            var next = Math.Max(last + 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
                return next;
        }
    }
}
