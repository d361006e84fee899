using System.Diagnostics;
using System.Globalization;

namespace Cassandra.Hostile;

/// <summary>Reads inputs of all targets in turn, each target for its share of the time.</summary>
/// <param name="targets">The targets.</param>
/// <param name="seed">Chooses the inputs.</param>
/// <param name="progress">Shows the current one.</param>
internal sealed class Run(IReadOnlyList<Target> targets, ulong seed, Progress progress)
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Noticeable = TimeSpan.FromMilliseconds(5);
    private const int Large = 64 * 1024;

    /// <summary>KiB.</summary>
    public const long MostMemory = 128 * 1024;

    private readonly long[] _counts = new long[targets.Count];

    /// <summary>Until the time is over and so many maps and records were read. Returns whether all promises were kept.</summary>
    public bool For(TimeSpan time, long mapsAndRecords, IReadOnlyList<long> from)
    {
        for (var target = 0; target < _counts.Length && target < from.Count; target++)
            _counts[target] = from[target];
        var isWell = true;
        for (var clock = Stopwatch.StartNew(); isWell && (clock.Elapsed < time || MapsAndRecords < mapsAndRecords);)
            for (var target = 0; isWell && target < targets.Count; target++)
                isWell = ReadFor(Slice * targets[target].Weight, target);
        Report();
        return isWell;
    }

    /// <summary>The input of a number, the same in every process.</summary>
    public byte[] Input(int target, long number) => targets[target].Generate(ChanceOf(targets[target].Name, number));

    /// <summary>What a reader does wrong with an input; null where it does right.</summary>
    public static string? Wrong(Target target, byte[] input)
    {
        try
        {
            var clock = Stopwatch.StartNew();
            target.Judge(input);
            if ((input.Length > Large || clock.Elapsed > Noticeable)
                && ProcessMemory.NeededFor(() => target.Judge(input), MostMemory) is > MostMemory and var memory)
                return $"the process grew to {memory >> 10} MiB";
            return clock.Elapsed < Longest || TookLonger(target, input) is not { } took ? null : $"it takes {took.TotalSeconds:0.0} s";
        }
        catch (Exception failure)
        {
            return failure is BrokenPromiseException ? failure.Message : failure.ToString();
        }
    }

    private long MapsAndRecords => _counts.Where((_, target) => targets[target].IsMapOrRecord).Sum();

    private bool ReadFor(TimeSpan time, int target)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time;)
        {
            var number = _counts[target]++;
            progress.Begin(target, number);
            if (Wrong(targets[target], Input(target, number)) is not { } wrong)
                continue;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"wrong {targets[target].Name} {number} {wrong}"));
            return false;
        }

        return true;
    }

    /// <summary>On a busy machine others take the time; three times in a row they do not.</summary>
    private static TimeSpan? TookLonger(Target target, byte[] input)
    {
        var best = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 3 && best >= Longest; attempt++)
        {
            var before = Environment.CpuUsage.TotalTime;
            target.Judge(input);
            best = Environment.CpuUsage.TotalTime - before < best ? Environment.CpuUsage.TotalTime - before : best;
        }

        return best >= Longest ? best : null;
    }

    private void Report()
    {
        for (var target = 0; target < targets.Count; target++)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"read {targets[target].Name} {_counts[target]}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"total {_counts.Sum()}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"maps-and-records {MapsAndRecords}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory {ProcessMemory.Most}"));
    }

    private Random ChanceOf(string target, long number)
    {
        var mixed = seed ^ 0xCBF29CE484222325;
        foreach (var letter in target)
            mixed = (mixed ^ letter) * 0x100000001B3;
        mixed = (mixed ^ (ulong)number) * 0x9E3779B97F4A7C15;
        return new Random((int)((mixed ^ (mixed >> 32)) & int.MaxValue));
    }
}

/// <summary>Memory of this process, in KiB.</summary>
internal static class ProcessMemory
{
    /// <summary>The most that any input needed.</summary>
    public static long Most { get; private set; }

    /// <summary>
    /// The most it had resident. Where that is too much it may be what made this input, and others before it: then all of
    /// that is given back, the reader reads once more, and is counted alone (proc(5), clear_refs).
    /// </summary>
    public static long NeededFor(Action read, long limit)
    {
        var needed = Highest();
        if (needed > limit)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            File.WriteAllText("/proc/self/clear_refs", "5");
            read();
            needed = Highest();
        }

        Most = Math.Max(Most, needed);
        return needed;
    }

    private static long Highest() => File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture)).Single();
}
