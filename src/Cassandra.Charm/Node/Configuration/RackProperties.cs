using System.Text;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>cassandra-rackdc.properties: where GossipingPropertyFileSnitch reads datacenter and rack.</summary>
internal static class RackProperties
{
    /// <summary>The text with both lines set; other lines stay as they are.</summary>
    public static string Apply(string text, string datacenter, string rack)
    {
        var kept = text.Split('\n').Where(line => !Sets(line, "dc") && !Sets(line, "rack")).ToList();
        while (kept is [.., ""])
            kept.RemoveAt(kept.Count - 1);
        kept.Add($"dc={Escape(datacenter)}");
        kept.Add($"rack={Escape(rack)}");
        return string.Join('\n', kept) + "\n";
    }

    private static bool Sets(string line, string key)
    {
        var text = line.AsSpan().TrimStart();
        return text.StartsWith(key, StringComparison.Ordinal)
            && text[key.Length..].TrimStart() is [] or ['=' or ':', ..];
    }

    // Java's properties files are ISO 8859-1, and a backslash begins an escape.
    private static string Escape(string value)
    {
        var text = new StringBuilder();
        foreach (var letter in value)
        {
            if (letter == '\\')
                text.Append(@"\\");
            else if (letter is < ' ' or > '~')
                text.Append($@"\u{(int)letter:x4}");
            else
                text.Append(letter);
        }
        return text.ToString();
    }
}
