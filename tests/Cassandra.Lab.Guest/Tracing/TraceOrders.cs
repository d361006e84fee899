using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace Cassandra.Lab.Guest.Tracing;

/// <summary>
/// What to do at which point, in a directory that the machine forgets at a power cut, so that nothing of this flushes a
/// disk: <c>mode</c> (<c>off</c>, <c>count</c>, <c>kill</c> or <c>halt</c>), <c>passed</c> (the points at which nothing is
/// done any more), <c>always</c> (words of points of which none is left out), <c>sample</c> (how many of a hundred others
/// are taken, and the seed by which), <c>seen</c> (all points, in their order), <c>at</c> (where a halted program stands).
/// </summary>
internal sealed partial class TraceOrders(string directory)
{
    private readonly Dictionary<string, int> _times = new(StringComparer.Ordinal);
    private readonly string _mode = Wait($"{directory}/mode");
    private readonly HashSet<string> _passed = Lines($"{directory}/passed");
    private readonly HashSet<string> _always = Lines($"{directory}/always");
    private readonly string[] _sample = [.. Lines($"{directory}/sample")];

    public bool IsOff => _mode == "off";

    /// <summary>A traced program is about to do this; returns where it may.</summary>
    /// <returns>False: it must die here.</returns>
    public bool Reach(string what)
    {
        var point = Numbered(what);
        Append("seen", point);
        // Of many alike, as the blocks that mkfs writes: the first eight, and then ever fewer.
        if (_mode == "count" || _passed.Contains(point) || !IsTaken(point))
            return true;
        Append("passed", point);
        if (_mode != "halt")
            return false;
        File.WriteAllText($"{directory}/at.new", point);
        File.Move($"{directory}/at.new", $"{directory}/at", overwrite: true);
        Thread.Sleep(Timeout.Infinite);
        return false;
    }

    private string Numbered(string what)
    {
        var point = Changing().Replace(what, "*");
        var times = _times[point] = _times.GetValueOrDefault(point) + 1;
        return $"{point} #{times}";
    }

    private bool IsTaken(string point)
    {
        if (int.Parse(point.AsSpan(point.LastIndexOf('#') + 1), CultureInfo.InvariantCulture) is var times && times > 8 && !BitOperations.IsPow2(times))
            return false;
        return _sample is not [var percent, var seed] || _always.Any(word => point.Contains(word, StringComparison.Ordinal))
            || Hash(seed + point) % 100 < uint.Parse(percent, CultureInfo.InvariantCulture);
    }

    // The same in every run, which string's own is not (FNV-1a).
    private static uint Hash(string text) =>
        Encoding.UTF8.GetBytes(text).Aggregate(2166136261u, (hash, next) => (hash ^ next) * 16777619u);

    private void Append(string file, string line)
    {
        using var stream = new FileStream($"{directory}/{file}", FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }

    /// <summary>After a boot the orders come a little later than the first hook may.</summary>
    private static string Wait(string file)
    {
        while (!File.Exists(file))
            Thread.Sleep(20);
        return File.ReadAllText(file).Trim();
    }

    private static HashSet<string> Lines(string file) =>
        File.Exists(file) ? [.. File.ReadAllLines(file)] : [];

    // Identifiers, numbers and temporary names are others in every run.
    [GeneratedRegex(@"(?<=/proc/)[0-9]+|[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|(?<=[-.])[0-9a-f]{8,}|(?<=copy-|node-|back-)[0-9a-f]{8}|[0-9]+(\.[0-9]+)?(?= |%|$|s\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Changing();
}
