using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Crashing;

/// <summary>The power goes; what was not flushed is gone with it, on the root disk and on the volume.</summary>
public sealed class PowerCutTests(LabFixture machines, CharmFixture charm) : CrashingTest(machines, charm)
{
    private const int CutsAtMost = 22;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task Through_power_cuts_a_move_ends_well(string filesystem)
    {
        var unit = await ServingUnitAsync();
        await unit.ConfigureAsync("volume-filesystem", filesystem);
        await unit.ShowsAsync("active: serving from the root disk", ct: Ct);
        await AttachAsync(unit, await DiskAsync(new DiskBus.VirtioBlk(A), VolumeBytes, DiskFormat.Qcow2));
        await CutAgainAndAgainAsync(unit, $"active: serving from {A} ({filesystem}, ");
    }

    [Fact]
    public async Task Through_power_cuts_an_adoption_ends_well()
    {
        var unit = await FreshUnitAsync();
        await AttachAsync(unit, await LeftVolumeAsync(unit));
        await CutAgainAndAgainAsync(unit, $"active: serving from {A} (xfs, ");
    }

    private static async Task CutAgainAndAgainAsync(CassandraUnit unit, string goal)
    {
        var traced = await TraceAsync(unit, percent: 4);
        await traced.OrderAsync(AtPoint.Halt, Ct);
        await unit.MapAsync(A);
        var cuts = 0;
        for (; IsLong || cuts < CutsAtMost; cuts++)
        {
            if (await HaltedAtAsync(unit, traced, goal) is not { } point)
                break;
            Say($"power cut {point}");
            await unit.Machine.PowerCutAsync();
            await unit.Machine.BootAsync(ct: Ct);
            await traced.OrderAsync(IsLong || cuts + 1 < CutsAtMost ? AtPoint.Halt : AtPoint.Off, Ct);
        }
        Assert.NotEqual(0, cuts);
        Say($"{cuts} power cuts, nothing lost");
        await unit.ShowsAsync(goal, ct: Ct);
        await traced.OrderAsync(AtPoint.Off, Ct);
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    /// <summary>Where it stands; null where it has reached its goal instead.</summary>
    private static async Task<string?> HaltedAtAsync(CassandraUnit unit, TracedCharm traced, string goal)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(Patience);
        while (true)
        {
            if (await traced.HaltedAtAsync(limit.Token) is { } point)
                return point;
            var status = await unit.Juju.StatusAsync(limit.Token);
            if (status.Idle && CassandraUnit.Line(status).StartsWith(goal, StringComparison.Ordinal))
                return null;
            if (status.InError)
                await unit.Juju.ResolveAsync();
            else if (status.Idle)
                await UpdateStatusAsync(unit);
            await Task.Delay(LookInterval, limit.Token);
        }
    }
}
