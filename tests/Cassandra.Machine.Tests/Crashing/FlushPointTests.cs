using Cassandra.Lab.Machines;
using Cassandra.Lab.Machines.Recording;

namespace Cassandra.Machine.Tests.Crashing;

/// <summary>
/// A move whose every write and flush on root disk and volume was recorded, in one order for both: from each pair of
/// contents that a power cut could have left, a machine boots and the move ends well.
/// </summary>
public sealed class FlushPointTests(LabFixture machines, CharmFixture charm) : CrashingTest(machines, charm)
{
    // Of some hundred pairs; --long takes all.
    private const int Sample = 8;
    private static readonly DiskBus Bus = new DiskBus.VirtioBlk(A);

    [Theory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task From_every_pair_of_flush_points_a_move_ends_well(string filesystem)
    {
        var goal = $"active: serving from {A} ({filesystem}, ";
        var (root, volume) = await StartingImagesAsync(filesystem);
        // Served are copies; the originals are brought forward afterwards.
        await using var recorder = new DiskRecorder(NewDiskPath());
        var begin = await RecordAsync(recorder, Copy(root), Copy(volume), goal);

        var replay = recorder.Replay([root, volume]);
        replay.SkipTo(begin);
        var pairs = replay.Remaining;
        var chosen = Chosen(pairs);
        Say($"{pairs} pairs of flush points, {chosen.Count} of them taken");
        for (var pair = 1; replay.MoveOn(); pair++)
            if (chosen.Contains(pair))
                await EndsWellAsync(root, volume, goal, $"pair {pair} of {pairs}");
        Say($"{chosen.Count} pairs, nothing lost");
    }

    /// <summary>A root disk with a unit that serves from it and has shut down in good order, and a blank volume.</summary>
    private async Task<(string Root, string Volume)> StartingImagesAsync(string filesystem)
    {
        var unit = await ServingUnitAsync();
        await unit.Client.StopAsync(Ct);
        await unit.ConfigureAsync("volume-filesystem", filesystem);
        await unit.ShowsAsync("active: serving from the root disk", ct: Ct);
        await unit.Machine.ShutdownAsync(Ct);
        string root = NewDiskPath(), volume = NewDiskPath();
        await unit.Machine.SaveRootAsync(root, Ct);
        await ForgetAsync(unit);
        await Disk.CreateAsync(volume, VolumeBytes, Bus, ct: Ct);
        return (root, volume);
    }

    /// <summary>The whole move.</summary>
    /// <returns>How much the recorder had when it began.</returns>
    private async Task<int> RecordAsync(DiskRecorder recorder, string root, string volume, string goal)
    {
        var (rootDisk, volumeDisk) = (recorder.Add(root), Disk.Served(volume, recorder.Add(volume), Bus));
        var unit = await ServingUnitOnAsync(options => VirtualMachine.WithRootAsync(options, rootDisk, Ct), volumeDisk);
        await unit.ShowsAsync("active: serving from the root disk", ct: Ct);
        var begin = recorder.Count;
        await unit.MapAsync(A);
        await unit.ShowsAsync(goal, ct: Ct);
        await ForgetAsync(unit);
        return begin;
    }

    private async Task EndsWellAsync(string root, string volume, string goal, string what)
    {
        Say(what);
        var unit = await ServingUnitOnAsync(
            options => VirtualMachine.WithRootAsync(options, root, Ct), await Disk.OverlayAsync(volume, NewDiskPath(), Bus, Ct));
        await unit.MapAsync(A);
        await ReachesAsync(unit, goal);
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        await CheckAsync(unit);
        await ForgetAsync(unit);
    }

    private static HashSet<int> Chosen(int pairs) => IsLong || pairs <= Sample
        ? [.. Enumerable.Range(1, pairs)]
        : [.. new Random(Seed).GetItems(Enumerable.Range(1, pairs).ToArray(), Sample)];

    private string Copy(string image)
    {
        var copy = NewDiskPath();
        SparseFile.Copy(image, copy);
        return copy;
    }
}
