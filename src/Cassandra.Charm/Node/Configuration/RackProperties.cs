using System.Text;
using Cassandra.Charm.Core.Effects;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>cassandra-rackdc.properties: where GossipingPropertyFileSnitch reads datacenter and rack.</summary>
internal static class RackProperties
{
    private const int LongestText = 1 << 20; // the package's has 1 KiB

    private static readonly char[] Blanks = [' ', '\t', '\f'];

    /// <summary>The text with both lines set; other lines stay as they are.</summary>
    public static string Apply(string text, string datacenter, string rack)
    {
        if (text.Length > LongestText)
            throw new EffectFailedException($"cassandra-rackdc.properties has {text.Length >> 10} KiB", "repair cassandra-rackdc.properties");
        var kept = LogicalLines(text).Where(line => !Sets(line, "dc") && !Sets(line, "rack")).ToList();
        while (kept is [.., ""])
            kept.RemoveAt(kept.Count - 1);
        kept.Add($"dc={Escape(datacenter)}");
        kept.Add($"rack={Escape(rack)}");
        return string.Join('\n', kept) + "\n";
    }

    /// <summary>Lines with those they go on in: a backslash at the end of a line, unless that is a comment, joins the next.</summary>
    private static IEnumerable<string> LogicalLines(string text)
    {
        var parts = new List<string>();
        foreach (var next in text.Split(["\r\n", "\n", "\r"], StringSplitOptions.None))
        {
            parts.Add(next);
            if (EndsInBackslash(next) && !IsComment(parts[0]))
                continue;
            yield return string.Join('\n', parts);
            parts.Clear();
        }

        if (parts.Count > 0)
            yield return string.Join('\n', parts)[..^1]; // its last backslash would make what is added a part of it
    }

    private static bool EndsInBackslash(string line) => (line.Length - line.TrimEnd('\\').Length) % 2 == 1;

    private static bool IsComment(string line) => line.TrimStart(Blanks) is ['#' or '!', ..];

    private static bool Sets(string line, string key)
    {
        var text = line.AsSpan().TrimStart(Blanks);
        return text.StartsWith(key, StringComparison.Ordinal)
            && text[key.Length..].TrimStart() is [] or ['=' or ':', ..];
    }

    // Java's properties files are ISO 8859-1, and a backslash begins an escape.
    private static string Escape(string value)
    {
        var text = new StringBuilder();
        foreach (var letter in value)
        {
            if (letter == '\\' || (letter == ' ' && text.Length == 0)) // a blank in front would be the separator's
                text.Append('\\').Append(letter);
            else if (letter is < ' ' or > '~')
                text.Append($@"\u{(int)letter:x4}");
            else
                text.Append(letter);
        }
        return text.ToString();
    }
}
