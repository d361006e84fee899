using System.Diagnostics;
using Cassandra.Charm.Tests.Linux;
using Cassandra.Charm.Tests.Packing;

namespace Cassandra.Charm.Tests.Copying;

/// <summary>
/// The published binary's copy on loop devices, killed exactly before one of its effects (the lab's tracer): the source is
/// as it was, and a copy over what is left of the dead one ends with the source's tree.
/// </summary>
public sealed class TreeCopyKilledTests : IClassFixture<TwoFilesystems>, IDisposable
{
    private const int Killed = 128 + 9;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly string Tracer = Path.Combine(AppContext.BaseDirectory, "lab-guest");

    private readonly TwoFilesystems _filesystems;
    private readonly DirectoryInfo _unpacked = Directory.CreateTempSubdirectory("charm-");
    private readonly DirectoryInfo _orders = Directory.CreateTempSubdirectory("orders-");

    public TreeCopyKilledTests(TwoFilesystems filesystems, PackedCharm charm)
    {
        _filesystems = filesystems;
        charm.UnpackTo(_unpacked.FullName);
    }

    [RootFact]
    public async Task Killed_before_any_of_its_effects_it_leaves_what_the_next_copy_completes()
    {
        await using var copy = Tree();
        var source = await TreeListing.OfAsync(copy.Source);
        var points = await PointsAsync(copy);
        // What is written to a file without a name is gone with its process.
        var chosen = points.Where(point => !point.Contains("(deleted)", StringComparison.Ordinal)).ToArray();
        foreach (var point in chosen)
        {
            Directory.Delete(copy.Target, recursive: true);
            await File.WriteAllLinesAsync($"{_orders.FullName}/passed", points.Where(other => other != point), Cancel);
            Assert.True(await RunAsync(copy, "kill") == Killed, point);
            Assert.Equal(source, await TreeListing.OfAsync(copy.Source));

            Assert.Equal(0, await RunAsync(copy, "off"));
            Assert.Equal(source, await TreeListing.OfAsync(copy.Target));
        }
        Console.WriteLine($"copy killed at {chosen.Length} points, nothing lost");
    }

    public void Dispose()
    {
        _unpacked.Delete(recursive: true);
        _orders.Delete(recursive: true);
    }

    /// <summary>A bit of everything that a data directory may hold.</summary>
    private CopyCase Tree()
    {
        var copy = new CopyCase(_filesystems);
        for (var i = 0; i < 3; i++)
            TreeCopyTests.Link(copy.Write($"data/table/nb-{i}-big-Data.db", 200_000), Path.Combine(copy.Source, $"data/table/snapshots-{i}"));
        copy.Write("commitlog/CommitLog-7-1.log", 512 << 10); // four chunks
        copy.Write("data/empty", 0);
        Directory.CreateDirectory(Path.Combine(copy.Source, "hints"));
        File.CreateSymbolicLink(Path.Combine(copy.Source, "link"), "data/table");
        using var sparse = File.OpenHandle(copy.Write("sparse"), FileMode.Open, FileAccess.Write);
        RandomAccess.Write(sparse, CopyCase.Content(1, 5000), 5 << 20);
        return copy;
    }

    private async Task<string[]> PointsAsync(CopyCase copy)
    {
        Assert.Equal(0, await RunAsync(copy, "count"));
        var points = await File.ReadAllLinesAsync($"{_orders.FullName}/seen", Cancel);
        Assert.Contains(points, point => point.Contains("fsync", StringComparison.Ordinal) || point.Contains("syncfs", StringComparison.Ordinal));
        return points;
    }

    private async Task<int> RunAsync(CopyCase copy, string mode)
    {
        await File.WriteAllTextAsync($"{_orders.FullName}/mode", mode, Cancel);
        var charm = Path.Combine(_unpacked.FullName, "bin", "cassandra-charm");
        using var process = Process.Start(new ProcessStartInfo(
            Tracer, ["trace", _orders.FullName, charm, "copy-tree", copy.Source, copy.Target, "--verify", "--workers=1"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode;
    }
}
