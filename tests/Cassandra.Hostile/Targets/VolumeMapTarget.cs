using System.Text;
using System.Text.Json;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Hostile.Inputs;

namespace Cassandra.Hostile.Targets;

/// <summary>Any text at all as a map: read or refused in one line, and what is read can be written and read again.</summary>
internal sealed class VolumeMapTarget : Target
{
    private const int LongestProblem = 300;
    private const int LargestWritten = 256 * 1024;

    public override string Name => "volume-map";

    public override bool IsMapOrRecord => true;

    public override int Weight => 6;

    public override byte[] Generate(Random chance) => chance.Next(8000) switch
    {
        < 4 => Noise.Monster(chance),
        4 => MapGrammar.Large(chance),
        var n when n % 4 == 0 => Encoding.UTF8.GetBytes(MapGrammar.Map(chance)),
        var n when n % 4 == 1 => Encoding.UTF8.GetBytes(MapGrammar.NearlyMap(chance)),
        _ => Noise.Apply(chance, Encoding.UTF8.GetBytes(MapGrammar.Map(chance))),
    };

    public override void Judge(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var map = VolumeMap.Parse(text);
        if (map.Problem is { } problem)
        {
            BrokenPromiseException.Unless(problem.Line >= 1 && problem.Column >= 1, $"a place that is none: {problem}");
            BrokenPromiseException.Unless(problem.ToString().Length <= LongestProblem, $"too long for a status line: {problem}");
            BrokenPromiseException.Unless(!problem.ToString().Any(char.IsControl), $"not one line: {problem}");
            return;
        }

        if (input.Length > LargestWritten)
            return; // several copies of it would be this program's memory, not the reader's
        var entries = new VolumeMapReader(text.StartsWith('\uFEFF') ? text[1..] : text).Read()
            .ToDictionary(entry => entry.Key, entry => entry.Value.Volume?.Text ?? "none");
        foreach (var (unit, id) in entries)
            BrokenPromiseException.Unless(id == "none" || VolumeId.TryParse(id, out _), $"{unit} got {id}, which is no volume id");
        RequireSame(entries, JsonSerializer.Serialize(entries));
        RequireSame(entries, string.Concat(entries.Select(entry => $"{entry.Key}: \"{entry.Value}\"\n")));
    }

    private static void RequireSame(Dictionary<string, string> entries, string written)
    {
        var again = VolumeMap.Parse(written);
        BrokenPromiseException.Unless(again.Problem is null, $"refused when written again: {again.Problem}");
        BrokenPromiseException.Unless(again.Count == entries.Count, "another number of entries when written again");
        foreach (var (unit, id) in entries)
            BrokenPromiseException.Unless(MapGrammar.Got(again, unit) == id, $"{unit} gets another volume when written again");
    }
}

/// <summary>Noise in one unit's entry: the map is refused, or every other unit gets what it got.</summary>
internal sealed class MapNoiseTarget : Target
{
    private const byte Border = 0;

    public override string Name => "volume-map-noise";

    public override bool IsMapOrRecord => true;

    public override int Weight => 3;

    public override byte[] Generate(Random chance)
    {
        var lines = MapGrammar.Lines(chance, 2 + chance.Next(12));
        var (before, after) = MapGrammar.Frame(chance);
        var at = chance.Next(lines.Count);
        var clean = before + string.Join(after.Length == 0 ? "\n" : ",\n", lines) + after;
        lines[at] = Encoding.UTF8.GetString(Noise.Apply(chance, Encoding.UTF8.GetBytes(lines[at])));
        var noisy = before + string.Join(after.Length == 0 ? "\n" : ",\n", lines) + after;
        return [.. Encoding.UTF8.GetBytes(at + "\n"), .. Encoding.UTF8.GetBytes(clean), Border, .. Encoding.UTF8.GetBytes(noisy)];
    }

    public override void Judge(byte[] input)
    {
        var (first, border) = (Array.IndexOf(input, (byte)'\n'), Array.IndexOf(input, Border));
        if (first < 0 || border < first || !int.TryParse(Encoding.UTF8.GetString(input, 0, first), out var at))
            return; // made smaller than an input of this kind can be
        var clean = VolumeMap.Parse(Encoding.UTF8.GetString(input, first + 1, border - first - 1));
        var noisy = VolumeMap.Parse(Encoding.UTF8.GetString(input, border + 1, input.Length - border - 1));
        if (clean.Problem is not null || noisy.Problem is not null)
            return;
        var units = new VolumeMapReader(Encoding.UTF8.GetString(input, first + 1, border - first - 1)).Read().Keys.ToList();
        foreach (var unit in units.Where((_, index) => index != at))
            BrokenPromiseException.Unless(MapGrammar.Got(noisy, unit) == MapGrammar.Got(clean, unit),
                $"noise in the entry of {units[at]} gives {unit} {MapGrammar.Got(noisy, unit)} instead of {MapGrammar.Got(clean, unit)}");
    }
}
