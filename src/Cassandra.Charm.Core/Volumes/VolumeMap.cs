namespace Cassandra.Charm.Core.Volumes;

/// <summary>The option <c>volume-map</c>: which unit owns which volume. Judged whole: with one mistake it says nothing.</summary>
public sealed class VolumeMap
{
    // Enough for a person to see which map this is.
    private const int NamedInStatus = 5;

    private readonly Dictionary<string, MapEntry> _entries;

    private VolumeMap(Dictionary<string, MapEntry> entries, MapProblem? problem) =>
        (_entries, Problem) = (entries, problem);

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public MapProblem? Problem { get; }

    /// <summary>How many units it names; 0 where it has a problem.</summary>
    public int Count => _entries.Count;

    /// <summary>Reads a map. Never throws; time and memory are bounded by the text's 5 MiB.</summary>
    /// <param name="text">YAML, of which JSON is a part.</param>
    public static VolumeMap Parse(string text)
    {
        try
        {
            return MapText.Check(text) is { } problem
                ? new VolumeMap([], problem)
                : new VolumeMap(new VolumeMapReader(WithoutByteOrderMark(text)).Read(), null);
        }
        catch (BadMapException bad)
        {
            return new VolumeMap([], bad.Problem);
        }
    }

    private static string WithoutByteOrderMark(string text) => text.StartsWith('\uFEFF') ? text[1..] : text;

    /// <summary>What the map says to a unit.</summary>
    public Assignment AssignmentOf(string unit)
    {
        if (Problem is not null)
            return new Assignment.Invalid(Problem.ToString());
        if (_entries.Count == 0)
            return new Assignment.NoMap();
        if (!_entries.TryGetValue(unit, out var entry))
            return new Assignment.NotNamed([.. _entries.Keys.Take(NamedInStatus)]);
        return entry.Volume is { } volume ? new Assignment.Volume(volume) : new Assignment.RootDisk();
    }

    /// <summary>The units of an application that have a volume in the map.</summary>
    public IReadOnlyList<string> UnitsWithVolume(string application) =>
        [.. _entries.Where(entry => entry.Value.Volume is not null && entry.Key.StartsWith($"{application}/", StringComparison.Ordinal)).Select(entry => entry.Key)];

    /// <summary>The volumes that the map gives to other units than this one.</summary>
    public IReadOnlyList<VolumeId> ClaimedByOthersThan(string unit) =>
        [.. _entries.Where(entry => entry.Key != unit && entry.Value.Volume is not null).Select(entry => entry.Value.Volume!.Value)];
}

/// <summary>One line of the map.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Volume">The unit's volume; null for <c>none</c>.</param>
internal readonly record struct MapEntry(int Line, VolumeId? Volume);
