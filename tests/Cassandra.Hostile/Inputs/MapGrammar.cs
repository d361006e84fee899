using System.Text;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Hostile.Inputs;

/// <summary>Texts by the grammar of maps, block and flow, plain and quoted.</summary>
internal static class MapGrammar
{
    /// <summary>A map that is probably good.</summary>
    public static string Map(Random chance)
    {
        var (before, after) = Frame(chance);
        var separator = after.Length == 0 ? Words.OneOf(chance, "\n", "\r\n", "\n\n", " # why\n") : Words.OneOf(chance, ", ", ",\n", ",\n  ");
        return before + string.Join(separator, Lines(chance, chance.Next(12))) + after;
    }

    /// <summary>Pieces that mean something to YAML, in any order.</summary>
    public static string NearlyMap(Random chance)
    {
        var text = new StringBuilder();
        for (var pieces = chance.Next(40); pieces > 0; pieces--)
            text.Append(chance.Next(4) switch
            {
                0 => Words.Unit(chance),
                1 => Words.Volume(chance),
                _ => Noise.Token(chance),
            });
        return text.ToString();
    }

    /// <summary>As large as a map may be, and larger.</summary>
    public static byte[] Large(Random chance)
    {
        using var text = new MemoryStream(6 << 20);
        var length = chance.Next(1 << 20, 6 << 20);
        for (var number = 0; text.Length < length; number++)
            text.Write(Encoding.UTF8.GetBytes($"cassandra-{number}a/0: {Words.GuidOf(chance)}{Line(chance)}"));
        return text.ToArray();
    }

    // Few long entries, or as many as fit.
    private static string Line(Random chance) => chance.Next(100) == 0 ? $" #{new string('x', chance.Next(2000))}\n" : "\n";

    /// <summary>Entries of different units and volumes.</summary>
    public static List<string> Lines(Random chance, int count)
    {
        var seen = new HashSet<string>();
        var lines = new List<string>();
        for (var entry = 0; entry < count; entry++)
        {
            var (unit, volume) = (Words.Unit(chance), Words.Volume(chance));
            if (seen.Add(unit) && (volume == "none" || seen.Add(volume.ToLowerInvariant())))
                lines.Add($"{Quoted(chance, unit)}: {Quoted(chance, volume)}");
        }

        return lines.Count > 0 ? lines : ["a/0: vol-1"];
    }

    /// <summary>What stands around the entries: nothing, or braces.</summary>
    public static (string Before, string After) Frame(Random chance) => chance.Next(5) switch
    {
        0 => ("{", "}"),
        1 => ("{\n", "\n}\n"),
        2 => ("---\n", ""),
        3 => ("# units\n", ""),
        _ => ("", ""),
    };

    /// <summary>What a map gives to a unit, as text.</summary>
    public static string Got(VolumeMap map, string unit) => map.AssignmentOf(unit) switch
    {
        Assignment.Volume volume => volume.Id.Text,
        Assignment.RootDisk => "none",
        var other => other.GetType().Name,
    };

    private static string Quoted(Random chance, string text) => chance.Next(4) switch
    {
        0 => $"'{text}'",
        1 => $"\"{text}\"",
        _ => text,
    };
}
