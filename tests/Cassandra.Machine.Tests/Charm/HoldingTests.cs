using System.Text.Json;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>What an operator says to one unit by actions.</summary>
public sealed class HoldingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    [Fact]
    public async Task On_hold_nothing_is_touched_and_afterwards_it_goes_on()
    {
        var unit = await ServingUnitAsync();
        var volume = await BlankAsync();
        await AttachAsync(unit, volume);
        var before = await volume.HashAsync(Ct);
        Assert.True((await unit.Juju.RunActionAsync("hold", ("reason", "a disk is being changed"))).Completed);
        await unit.MapAsync(A);
        await unit.ShowsAsync("blocked: on hold since ", ct: Ct);
        Assert.Contains("a disk is being changed", await unit.StatusAsync(), StringComparison.Ordinal);
        Assert.Equal(before, await volume.HashAsync(Ct));
        await unit.Client.GoesOnAsync(ct: Ct);

        Assert.True((await unit.Juju.RunActionAsync("resume")).Completed);
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task The_plan_and_the_status_are_shown_and_nothing_is_done()
    {
        var unit = await ServingUnitAsync();
        var volume = await BlankAsync();
        var device = await AttachAsync(unit, volume);
        // The charm's hands are off while the map changes: what would be done is still to be done.
        Assert.True((await unit.Juju.RunActionAsync("hold")).Completed);
        await unit.MapAsync(A);
        await unit.ShowsAsync("blocked: on hold since ", ct: Ct);
        var before = await MachineState.OfAsync(unit);
        var hash = await volume.HashAsync(Ct);

        var status = await unit.Juju.RunActionAsync("volume-status");
        Assert.True(status.Completed, status.Message);
        Assert.All((string[])[A, Path.GetFileName(device)], word => Assert.Contains(word, Said(status), StringComparison.Ordinal));
        var plan = await unit.Juju.RunActionAsync("show-plan");
        Assert.True(plan.Completed, plan.Message);
        Assert.NotEqual("{}", Said(plan));

        Assert.Equal(before, await MachineState.OfAsync(unit));
        Assert.Equal(hash, await volume.HashAsync(Ct));
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    private static string Said(Cassandra.Lab.Guest.UnitAgent.Wire.ActionResult result) => JsonSerializer.Serialize(result.Results);
}
