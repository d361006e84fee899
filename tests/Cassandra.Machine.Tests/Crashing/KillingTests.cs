using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Crashing;

/// <summary>The charm is killed, with all that it has started; the agent runs the hook again.</summary>
public sealed class KillingTests(LabFixture machines, CharmFixture charm) : CrashingTest(machines, charm)
{
    [Fact]
    public Task Killed_at_every_point_a_move_to_xfs_ends_well() => MovesAsync("xfs");

    [Fact]
    public Task Killed_at_every_point_a_move_to_ext4_ends_well() => MovesAsync("ext4");

    [Fact]
    public async Task Killed_at_every_point_an_adoption_ends_well()
    {
        var unit = await FreshUnitAsync();
        await MapElsewhereAsync(unit);
        await AttachAsync(unit, await LeftVolumeAsync(unit));
        await KilledAgainAndAgainAsync(unit, $"active: serving from {A} (xfs, ");
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    private async Task MovesAsync(string filesystem)
    {
        var unit = await ServingUnitAsync();
        await unit.ConfigureAsync("volume-filesystem", filesystem);
        await unit.ShowsAsync("active: serving from the root disk", ct: Ct);
        await AttachAsync(unit, await BlankAsync());
        await KilledAgainAndAgainAsync(unit, $"active: serving from {A} ({filesystem}, ");
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    private static async Task KilledAgainAndAgainAsync(CassandraUnit unit, string goal)
    {
        var traced = await TraceAsync(unit, CommitSteps.All, percent: 3);
        await traced.OrderAsync(AtPoint.Kill, Ct);
        await unit.MapAsync(A);
        var told = 0;
        await ReachesAsync(unit, goal, async () =>
        {
            var before = told;
            for (var passed = await traced.PassedAsync(Ct); told < passed.Count; told++)
                Say($"killed {passed[told]}");
            return told > before;
        });
        Assert.NotEqual(0, told);
        Say($"killed at {told} points, nothing lost");
        await traced.OrderAsync(AtPoint.Off, Ct);
    }
}
