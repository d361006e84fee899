using System.Globalization;
using System.Text.RegularExpressions;

namespace Cassandra.Charm.Core.Configuration;

/// <summary>A size as Java's -Xmx and cassandra-env.sh take it: <c>8G</c>, <c>4096M</c>.</summary>
public static partial class JavaSize
{
    /// <summary>In bytes; null for what is no size.</summary>
    public static long? Bytes(string text)
    {
        var match = Size().Match(text);
        if (!match.Success)
            return null;
        var shift = match.Groups[2].Value.ToUpperInvariant() switch { "K" => 10, "M" => 20, _ => 30 };
        return long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) << shift;
    }

    [GeneratedRegex(@"\A([1-9][0-9]{0,8})([kKmMgG])\z")]
    private static partial Regex Size();
}
