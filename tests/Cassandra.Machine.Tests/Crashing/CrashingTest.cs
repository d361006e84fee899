using System.Globalization;
using Cassandra.Lab.Units;
using Cassandra.Machine.Tests.Charm;

namespace Cassandra.Machine.Tests.Crashing;

/// <summary>
/// Stories in which the charm, or the whole machine, dies again and again, once at every point that is taken: before each
/// effect of its own and of the programs that it runs, and after each of those. It must end as it does without.
/// </summary>
public abstract class CrashingTest(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    /// <summary>Every point, not only a sample beside the commit steps.</summary>
    protected static bool IsLong { get; } = Environment.GetEnvironmentVariable("CASSANDRA_TESTS_LONG") is "1";

    /// <summary>Decides which points are taken; another one by this variable.</summary>
    protected static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("CASSANDRA_TESTS_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next(100_000);

    /// <summary>Dead hooks are what this is about.</summary>
    protected override bool HooksMayFail => true;

    /// <summary>A unit under the tracer; its client goes on writing.</summary>
    private protected static async Task<TracedCharm> TraceAsync(CassandraUnit unit, IReadOnlyList<string> always, int percent)
    {
        Say($"seed {Seed} (CASSANDRA_TESTS_SEED repeats it)");
        var traced = new TracedCharm(unit, always, IsLong ? 100 : percent, Seed);
        await traced.InstallAsync(Ct);
        return traced;
    }

    /// <summary>A line of the test's log, at once.</summary>
    protected static void Say(string line) => Console.WriteLine($"{DateTime.Now:HH:mm:ss} {line}");
}
