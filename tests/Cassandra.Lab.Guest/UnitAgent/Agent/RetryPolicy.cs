namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>Juju's back-off: doubled after each failure, at most five minutes, without end, with some jitter.</summary>
internal static class RetryPolicy
{
    private const double CapSeconds = 300;
    private const double Jitter = 0.1;

    /// <param name="failures">1 after the first failure.</param>
    /// <param name="baseSeconds">The first delay.</param>
    /// <param name="random">0 to 1.</param>
    public static TimeSpan Delay(int failures, double baseSeconds, double random)
    {
        var delay = Math.Min(CapSeconds, baseSeconds * Math.Pow(2, Math.Min(failures - 1, 30)));
        return TimeSpan.FromSeconds(delay * (1 - Jitter + (2 * Jitter * random)));
    }
}
