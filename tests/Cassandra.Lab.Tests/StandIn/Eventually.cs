using System.Diagnostics;

namespace Cassandra.Lab.Tests.StandIn;

/// <summary>Waits for a condition, never for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<bool> condition, Func<string> explain)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > Limit)
                Assert.Fail($"did not come true in {Limit.TotalSeconds} s: {explain()}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }
}
