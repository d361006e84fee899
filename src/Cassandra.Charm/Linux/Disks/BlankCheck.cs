using System.Diagnostics;
using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>Proves by reading that a disk holds nothing but zeros.</summary>
/// <param name="paths">Where devices are.</param>
/// <param name="block">Finds the disk.</param>
public sealed class BlankCheck(MachinePaths paths, SysBlock block)
{
    private const int Readers = 4; // in flight at once: latency, not bandwidth, bounds the samples
    private const int ChunkLength = 1 << 20; // who serves from the same disk waits for four of them

    /// <summary>A disk that reads in this time is read in full whatever the mode.</summary>
    private static readonly TimeSpan AlwaysFull = TimeSpan.FromSeconds(30);

    /// <summary>Reads a disk however long it takes; for the charm's own service.</summary>
    /// <param name="pin">The disk; another one there meanwhile is an error.</param>
    /// <param name="mode">How thoroughly.</param>
    /// <param name="progress">Gets the finding so far, a few times a second at most.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="EffectFailedException">The disk is gone, replaced, or in use.</exception>
    public Task<BlankFinding> RunAsync(
        DiskPin pin, BlankCheckMode mode, IProgress<BlankFinding>? progress, CancellationToken cancel) =>
        Task.Run(() =>
        {
            var disk = block.Require(pin);
            using var device = OpenDevice.TryExclusive(paths.NodeOf(disk)) ?? throw new EffectFailedException($"{disk.Name} is in use");
            var found = Read(device, mode, Timeout.InfiniteTimeSpan,
                fraction => progress?.Report(new BlankFinding(pin, mode, fraction, null, null)), cancel);
            return new BlankFinding(pin, mode, found.Fraction, found.NonZeroAt, found.UnreadableAt);
        }, cancel);

    /// <summary>Reads as the mode says, or finds out soon that the budget does not suffice.</summary>
    internal static BlankReading Read(
        OpenDevice device, BlankCheckMode mode, TimeSpan budget, Action<double>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        ByteRange[] front = [new(0, Math.Min(device.Size, 64L << 20))];
        if (Read(device, front, Timeout.InfiniteTimeSpan, null, cancel) is { IsBlank: false } early)
            return early;
        var whole = clock.Elapsed * ((double)device.Size / front[0].Length);
        if (mode == BlankCheckMode.Full || whole <= AlwaysFull)
            return Allows(budget, whole) ? Read(device, BlankPlan.Full(device.Size), budget, progress, cancel) : BlankReading.NotBegun;

        var plan = BlankPlan.Quick(device.Size);
        return Allows(budget, EstimateOf(device, plan, cancel)) ? Read(device, plan, budget, progress, cancel) : BlankReading.NotBegun;
    }

    /// <summary>Reads these ranges.</summary>
    internal static BlankReading Read(
        OpenDevice device, IReadOnlyList<ByteRange> ranges, TimeSpan budget, Action<double>? progress, CancellationToken cancel)
    {
        var run = new BlankRun(device, [.. ranges.SelectMany(Chunks)], budget, progress, cancel);
        Parallel.For(0, Readers, new ParallelOptions { MaxDegreeOfParallelism = Readers }, _ => run.Work());
        cancel.ThrowIfCancellationRequested();
        return run.Result;
    }

    private static bool Allows(TimeSpan budget, TimeSpan estimate) => budget == Timeout.InfiniteTimeSpan || estimate <= budget;

    /// <summary>Every 64th range of the plan, timed: seeks and latency count, not bandwidth alone.</summary>
    private static TimeSpan EstimateOf(OpenDevice device, IReadOnlyList<ByteRange> plan, CancellationToken cancel)
    {
        const int Part = 256;
        ByteRange[] probe = [.. plan.Where((range, index) => index % Part == 0 && range.Length <= ChunkLength)];
        var clock = Stopwatch.StartNew();
        _ = Read(device, probe, Timeout.InfiniteTimeSpan, null, cancel);
        return clock.Elapsed * Part;
    }

    private static IEnumerable<ByteRange> Chunks(ByteRange range)
    {
        for (var offset = range.Offset; offset < range.End; offset += ChunkLength)
            yield return new ByteRange(offset, Math.Min(ChunkLength, range.End - offset));
    }
}

/// <summary>What reading for blankness gave.</summary>
/// <param name="Fraction">How much of the plan was read; 1 = all.</param>
/// <param name="NonZeroAt">A byte that is not zero.</param>
/// <param name="UnreadableAt">A block that cannot be read.</param>
internal sealed record BlankReading(double Fraction, long? NonZeroAt, long? UnreadableAt)
{
    internal static readonly BlankReading NotBegun = new(0, null, null);

    /// <summary>Everything planned was read and is zero.</summary>
    internal bool IsBlank => Fraction >= 1 && NonZeroAt is null && UnreadableAt is null;
}
