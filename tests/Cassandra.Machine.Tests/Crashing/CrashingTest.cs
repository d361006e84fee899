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

    private const int HooksAtMost = 20;

    /// <summary>For one hook.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

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

    /// <summary>Runs hooks, and those that failed again, until the unit shows it.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="goal">How its status begins then.</param>
    /// <param name="hasDied">Asked after each hook: that one did not have its chance.</param>
    protected static async Task ReachesAsync(CassandraUnit unit, string goal, Func<Task<bool>>? hasDied = null)
    {
        for (var hooks = 0; ; hooks++)
        {
            var status = await unit.Juju.WaitForStatusAsync(s => s.InError || s.Idle, Patience, Ct);
            if (hasDied is not null && await hasDied())
                hooks = 0;
            var line = CassandraUnit.Line(status);
            if (!status.InError && line.StartsWith(goal, StringComparison.Ordinal))
                return;
            Assert.True(hooks < HooksAtMost, $"after {hooks} hooks it shows \"{line}\"");
            if (status.InError)
                await unit.Juju.ResolveAsync();
            else
                await UpdateStatusAsync(unit);
        }
    }
}
