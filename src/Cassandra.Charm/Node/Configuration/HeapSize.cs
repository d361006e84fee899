using System.Globalization;
using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>
/// MAX_HEAP_SIZE and HEAP_NEWSIZE for cassandra-env.sh. It wants both or neither ("please set or unset MAX_HEAP_SIZE and
/// HEAP_NEWSIZE in pairs"), so where the operator gives one, the other follows by the script's own rules.
/// </summary>
/// <param name="Max">As Java spells it, e.g. <c>4G</c>.</param>
/// <param name="New">Size of the young generation.</param>
internal sealed record HeapSize(string Max, string New)
{
    private const long MiB = 1 << 20;

    /// <summary>The pair for the operator's two options; null where both are empty and the script is to decide.</summary>
    /// <param name="max"><c>max-heap-size</c>.</param>
    /// <param name="young"><c>heap-newsize</c>.</param>
    /// <param name="memoryBytes">The machine's memory.</param>
    /// <param name="processors">The machine's processors.</param>
    public static HeapSize? For(string max, string young, long memoryBytes, int processors)
    {
        if (max.Length == 0 && young.Length == 0)
            return null;
        var maxBytes = max.Length > 0 ? Bytes(max, "max-heap-size") : DefaultMax(memoryBytes);
        var youngBytes = young.Length > 0
            ? Bytes(young, "heap-newsize")
            : Math.Min(processors * 100 * MiB, maxBytes / 4);
        return youngBytes < maxBytes
            ? new HeapSize(Spell(max, maxBytes), Spell(young, youngBytes))
            : throw new EffectFailedException(
                $"heap-newsize ({Spell(young, youngBytes)}) is not smaller than the heap ({Spell(max, maxBytes)})",
                "set both max-heap-size and heap-newsize, or neither");
    }

    // calculate_heap_sizes of cassandra-env.sh: max(min(RAM/2, 1 GiB), min(RAM/4, 8 GiB)).
    private static long DefaultMax(long memory) =>
        Math.Max(Math.Min(memory / 2, 1024 * MiB), Math.Min(memory / 4, 8192 * MiB));

    private static string Spell(string given, long bytes) =>
        given.Length > 0 ? given : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, bytes / MiB)}M");

    private static long Bytes(string text, string option) => JavaSize.Bytes(text)
        ?? throw new EffectFailedException($"{option} is {text}, which is no size", $"set {option} to a size such as 4G or 512M");
}
