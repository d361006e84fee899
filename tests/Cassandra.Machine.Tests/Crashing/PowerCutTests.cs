using System.Diagnostics;
using Cassandra.Lab.Juju;
using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Crashing;

/// <summary>The power goes; what was not flushed is gone with it, on the root disk and on the volume.</summary>
public sealed class PowerCutTests(LabFixture machines, CharmFixture charm) : CrashingTest(machines, charm)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);
    // All services of the machine start at the same time as the charm, on a host that may do other things.
    private static readonly TimeSpan BootedPatience = TimeSpan.FromMinutes(10);

    [Fact]
    public Task Through_power_cuts_a_volume_is_prepared_with_xfs() => MovesAsync("xfs", CommitSteps.Preparing);

    [Fact]
    public Task Through_power_cuts_a_volume_is_prepared_with_ext4() => MovesAsync("ext4", CommitSteps.Preparing);

    [Fact]
    public Task Through_power_cuts_the_data_is_moved_to_xfs() => MovesAsync("xfs", CommitSteps.Switching);

    [Fact]
    public Task Through_power_cuts_the_data_is_moved_to_ext4() => MovesAsync("ext4", CommitSteps.Switching);

    [Fact]
    public async Task Through_power_cuts_a_volume_is_adopted()
    {
        var unit = await FreshUnitAsync();
        await MapElsewhereAsync(unit);
        await AttachAsync(unit, await ForgettingAsync(await LeftVolumeAsync(unit)));
        await CutAgainAndAgainAsync(unit, CommitSteps.Switching, $"active: serving from {A} (xfs, ");
    }

    private async Task MovesAsync(string filesystem, IReadOnlyList<string> at)
    {
        var unit = await ServingUnitAsync();
        await unit.ConfigureAsync("volume-filesystem", filesystem);
        await unit.ShowsAsync("active: serving from the root disk", ct: Ct);
        await AttachAsync(unit, await DiskAsync(new DiskBus.VirtioBlk(A), VolumeBytes, DiskFormat.Qcow2));
        await CutAgainAndAgainAsync(unit, at, $"active: serving from {A} ({filesystem}, ");
    }

    [Theory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task Through_power_cuts_an_enlarged_volume_is_grown(string filesystem)
    {
        var unit = await ServingUnitAsync();
        await unit.ConfigureAsync("volume-filesystem", filesystem);
        var volume = await DiskAsync(new DiskBus.VirtioBlk(A), VolumeBytes, DiskFormat.Qcow2);
        await AttachAsync(unit, volume);
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} ({filesystem}, ", ct: Ct);
        // The call that udev would make is not traced: it is to be done by hooks.
        await unit.RunAsync("rm", "/etc/udev/rules.d/99-cassandra-charm.rules");
        await unit.RunAsync("udevadm", "control", "--reload");
        await CutAgainAndAgainAsync(unit, CommitSteps.Growing,
            line => line.StartsWith($"active: serving from {A} ({filesystem}, ", StringComparison.Ordinal) && line.Contains(" of 3.", StringComparison.Ordinal),
            () => unit.Machine.ResizeAsync(volume, 4L << 30, Ct));
        await unit.RunAsync("sfdisk", "--verify", "/dev/vdb");
    }

    private static Task CutAgainAndAgainAsync(CassandraUnit unit, IReadOnlyList<string> at, string goal) =>
        CutAgainAndAgainAsync(unit, at, line => line.StartsWith(goal, StringComparison.Ordinal), () => unit.MapAsync(A));

    private static async Task CutAgainAndAgainAsync(CassandraUnit unit, IReadOnlyList<string> at, Func<string, bool> goal, Func<Task> begin)
    {
        var traced = await TraceAsync(unit, at, percent: 0);
        await traced.OrderAsync(AtPoint.Halt, Ct);
        await begin();
        var cuts = 0;
        while (await HaltedAtAsync(unit, traced, goal) is { } point)
        {
            Say($"power cut {++cuts} {point}");
            await unit.Machine.PowerCutAsync();
            await unit.Machine.BootAsync(ct: Ct);
            await traced.OrderAsync(AtPoint.Halt, Ct);
        }
        Assert.NotEqual(0, cuts);
        await traced.OrderAsync(AtPoint.Off, Ct);
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        Say($"{cuts} power cuts, nothing lost");
    }

    /// <summary>Where it stands; null where it has reached its goal instead.</summary>
    private static async Task<string?> HaltedAtAsync(CassandraUnit unit, TracedCharm traced, Func<string, bool> goal)
    {
        var clock = Stopwatch.StartNew();
        var hook = Task.CompletedTask;
        while (true)
        {
            if (await traced.HaltedAtAsync(Ct) is { } point)
                return point;
            var status = await unit.Juju.StatusAsync(Ct);
            var line = CassandraUnit.Line(status);
            if (status.Idle && goal(line))
                return null;
            Assert.True(clock.Elapsed < BootedPatience, $"after {clock.Elapsed.TotalSeconds:0} s it stands at no point and shows \"{line}\"");
            if (status.InError)
                await unit.Juju.ResolveAsync();
            else if (status.Idle && hook.IsCompleted)
                hook = UntilThePowerGoesAsync(unit);
            await Task.Delay(LookInterval, Ct);
        }
    }

    /// <summary>A hook that may stand still, and then never ends.</summary>
    private static async Task UntilThePowerGoesAsync(CassandraUnit unit)
    {
        try
        {
            await UpdateStatusAsync(unit);
        }
        catch (Exception e) when (e is UnitException or MachineException or IOException)
        {
            // It went.
        }
    }

    /// <summary>The same content on a disk that forgets what was not flushed.</summary>
    private Task<Disk> ForgettingAsync(Disk volume) => Disk.OverlayAsync(volume.Path, NewDiskPath(), volume.Bus, Ct);
}
