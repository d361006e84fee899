using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Crashing;

/// <summary>The charm is killed, with all that it has started; the agent runs the hook again.</summary>
public sealed class KillingTests(LabFixture machines, CharmFixture charm) : CrashingTest(machines, charm)
{
    [Theory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task Killed_at_every_point_a_move_ends_well(string filesystem)
    {
        var unit = await ServingUnitAsync();
        await unit.ConfigureAsync("volume-filesystem", filesystem);
        await unit.ShowsAsync("active: serving from the root disk", ct: Ct);
        await AttachAsync(unit, await BlankAsync());
        await KilledAgainAndAgainAsync(unit, $"active: serving from {A} ({filesystem}, ");
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task Killed_at_every_point_an_adoption_ends_well()
    {
        var unit = await FreshUnitAsync();
        await AttachAsync(unit, await LeftVolumeAsync(unit));
        await KilledAgainAndAgainAsync(unit, $"active: serving from {A} (xfs, ");
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    private static async Task KilledAgainAndAgainAsync(CassandraUnit unit, string goal)
    {
        var traced = await TraceAsync(unit, CommitSteps.All, percent: 3);
        await traced.OrderAsync(AtPoint.Kill, Ct);
        await unit.MapAsync(A);
        var told = 0;
        while (true)
        {
            var status = await unit.Juju.WaitForStatusAsync(s => s.InError || s.Idle, Patience, Ct);
            var passed = await traced.PassedAsync(Ct);
            for (; told < passed.Count; told++)
                Say($"killed {passed[told]}");
            if (!status.InError && CassandraUnit.Line(status).StartsWith(goal, StringComparison.Ordinal))
                break;
            if (status.InError)
                await unit.Juju.ResolveAsync();
            else
                await UpdateStatusAsync(unit);
        }
        Assert.NotEqual(0, told);
        Say($"killed at {told} points, nothing lost");
        await traced.OrderAsync(AtPoint.Off, Ct);
    }
}
