using System.Globalization;
using System.Text;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Hostile.Inputs;

namespace Cassandra.Hostile.Targets;

/// <summary>cassandra-rackdc.properties: whatever stood there, Java reads the charm's datacenter and rack.</summary>
internal sealed class RackPropertiesTarget : Target
{
    private static readonly string[] Lines =
    [
        "dc=dc1", "rack=rack1", "# These properties are used with GossipingPropertyFileSnitch", "prefer_local=true", "dc_suffix=x", " dc : other",
        "dc other", "d\\u0063=x", "ra\\\nck=y", "dc", "rack\\=x=y", "!dc=no", "prefer_local=a\\", "# comment\\", "x=\\\\", "\\", "dc=\\\n  continued",
    ];

    public override string Name => "rackdc-properties";

    public override byte[] Generate(Random chance)
    {
        if (Noise.Rarely(chance, 2000))
            return Noise.Monster(chance);
        var text = string.Concat(Enumerable.Range(0, chance.Next(8)).Select(_ => Words.OneOf<string>(chance, Lines) + Words.OneOf(chance, "\n", "\r\n", "\r", "")));
        var bytes = Encoding.UTF8.GetBytes(text);
        return chance.Next(2) == 0 ? Noise.Apply(chance, bytes) : bytes;
    }

    public override void Judge(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        string written;
        try
        {
            written = RackProperties.Apply(text, " my dc\\1", "räck");
        }
        catch (EffectFailedException)
        {
            return; // declared: it is too long
        }

        var read = JavaProperties(written);
        BrokenPromiseException.Unless(read.GetValueOrDefault("dc") == " my dc\\1", $"Java reads the datacenter as {read.GetValueOrDefault("dc")}");
        BrokenPromiseException.Unless(read.GetValueOrDefault("rack") == "räck", $"Java reads the rack as {read.GetValueOrDefault("rack")}");
        BrokenPromiseException.Unless(RackProperties.Apply(written, " my dc\\1", "räck") == written, "it is another text when applied again");
    }

    /// <summary>As java.util.Properties.load reads it (its documentation, "line-oriented format").</summary>
    private static Dictionary<string, string> JavaProperties(string text)
    {
        var found = new Dictionary<string, string>();
        foreach (var line in LogicalLines(text))
        {
            var end = 0;
            while (end < line.Length && line[end] is not ('=' or ':' or ' ' or '\t' or '\f'))
                end += line[end] == '\\' ? 2 : 1;
            end = Math.Min(end, line.Length);
            var value = line[end..].TrimStart(' ', '\t', '\f');
            if (value is ['=' or ':', ..])
                value = value[1..].TrimStart(' ', '\t', '\f');
            found[Unescaped(line[..end])] = Unescaped(value);
        }

        return found;
    }

    private static IEnumerable<string> LogicalLines(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        for (var at = 0; at < lines.Length; at++)
        {
            var line = new StringBuilder(lines[at].TrimStart(' ', '\t', '\f'));
            if (line.Length == 0 || line[0] is '#' or '!')
                continue;
            while (Continues(line) && at + 1 < lines.Length)
                line.Remove(line.Length - 1, 1).Append(lines[++at].TrimStart(' ', '\t', '\f'));
            if (Continues(line))
                line.Remove(line.Length - 1, 1);
            if (line.Length > 0)
                yield return line.ToString();
        }
    }

    private static bool Continues(StringBuilder line)
    {
        var slashes = 0;
        while (slashes < line.Length && line[line.Length - 1 - slashes] == '\\')
            slashes++;
        return slashes % 2 == 1;
    }

    private static string Unescaped(string text)
    {
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '\\' || ++at == text.Length)
                plain.Append(at < text.Length ? text[at] : "");
            else if (text[at] == 'u' && at + 4 < text.Length && ushort.TryParse(text.AsSpan(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code))
                (_, at) = (plain.Append((char)code), at + 4);
            else
                plain.Append(text[at] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', 'f' => '\f', var other => other });
        }

        return plain.ToString();
    }
}
