using Cassandra.Lab.Machines;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>Two disks claim to be one volume.</summary>
public sealed class AmbiguousTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    [Fact]
    public async Task Two_devices_with_one_serial_are_both_left_alone()
    {
        var unit = await ServingUnitAsync();
        var (one, two) = (await BlankAsync(), await BlankAsync());
        var names = (await AttachAsync(unit, one), await AttachAsync(unit, two));
        var (before, beforeTwo) = (await one.HashAsync(Ct), await two.HashAsync(Ct));
        await unit.MapAsync(A);
        await unit.ShowsAsync($"blocked: {A}: refused, ", ct: Ct);
        var status = await unit.StatusAsync();
        Assert.Contains(Path.GetFileName(names.Item1), status, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(names.Item2), status, StringComparison.Ordinal);
        Assert.Equal((before, beforeTwo), (await one.HashAsync(Ct), await two.HashAsync(Ct)));
        await unit.Client.GoesOnAsync(ct: Ct);

        // When it is clear again which one is meant, it goes on.
        await unit.Machine.DetachAsync(two, Ct);
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        Assert.Equal(beforeTwo, await two.HashAsync(Ct));
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task A_clone_beside_its_original_is_not_served_from()
    {
        var unit = await ServingUnitAsync();
        var original = await BlankAsync();
        await AttachAsync(unit, original);
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.StopAsync(Ct);
        await unit.RunAsync("sync");

        var clone = await CloneAsync(original, new DiskBus.VirtioBlk(B));
        await AttachAsync(unit, clone);
        await RefusesAsync(unit, clone, "");
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        Assert.Equal(A, (await new VolumeOn(unit, A).RecordAsync())["volume-id"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_clone_without_its_original_is_adopted_only_when_told_to()
    {
        var unit = await FreshUnitAsync();
        var clone = await LeftVolumeAsync(unit, B);
        await AttachAsync(unit, clone);
        var before = await clone.HashAsync(Ct);
        await unit.MapAsync(B);
        await unit.ShowsAsync($"blocked: {B}: refused, ", ct: Ct);
        Assert.Equal(before, await clone.HashAsync(Ct));

        Assert.True((await unit.Juju.RunActionAsync("adopt-volume", ("volume", B), ("reason", "restored from a snapshot"))).Completed);
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {B} (xfs, ", ct: Ct);
    }

    [Fact]
    public async Task After_a_reboot_a_clone_in_the_originals_place_is_not_taken_for_it()
    {
        var unit = await ServingUnitAsync();
        var original = await BlankAsync();
        await AttachAsync(unit, original);
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.StopAsync(Ct);
        await unit.Machine.ShutdownAsync(Ct);

        // Same filesystem, same partition ids, other hardware: what mounts by id alone would serve from it.
        var clone = await CloneAsync(original, new DiskBus.VirtioBlk(B));
        await unit.Machine.BootAsync([clone], Ct);
        await unit.ShowsAsync($"blocked: {A} is missing; Cassandra is down; ", ct: Ct);
        Assert.NotEqual(0, (await unit.Machine.RunAsync("pgrep", ["-u", "cassandra"], ct: Ct)).ExitCode);
    }
}
