using System.Text.RegularExpressions;

namespace Cassandra.Charm.Tests.Service;

/// <summary>As much of udev(7) as the charm's rule uses: matches, GOTO, TEST, RUN.</summary>
internal static partial class UdevRule
{
    /// <summary>Whether an event with these properties comes to a RUN.</summary>
    public static bool Calls(string[] lines, Dictionary<string, string> properties)
    {
        var label = "";
        foreach (var line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            var parts = Part().Matches(line).Select(m => (Key: m.Groups[1].Value, Operator: m.Groups[2].Value, Value: m.Groups[3].Value)).ToList();
            Assert.Equal(line, string.Join(", ", parts.Select(p => $"{p.Key}{p.Operator}\"{p.Value}\"")));
            if (label.Length > 0 && !parts.Contains(("LABEL", "=", label)))
                continue;
            label = "";
            if (!parts.TrueForAll(p => p.Operator is "=" or "+=" || IsMatch(p.Key, p.Value, properties) == (p.Operator == "==")))
                continue;
            if (parts.Exists(p => p.Key == "RUN"))
                return true;
            label = parts.Find(p => p.Key == "GOTO").Value ?? "";
        }

        Assert.Equal("", label);
        return false;
    }

    private static bool IsMatch(string key, string value, Dictionary<string, string> properties) => key == "TEST"
        ? File.Exists(value)
        : value.Split('|').Any(pattern => Regex.IsMatch(properties[key], $@"\A{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}\z"));

    [GeneratedRegex("""([A-Z]+(?:\{\w+\})?)(==|!=|\+=|=)"([^"]*)""" + "\"")]
    private static partial Regex Part();
}
