using System.Text.RegularExpressions;

namespace Cassandra.Charm.Core.Volumes;

/// <summary>The operator's pattern for device names, <c>volume-dev-regexp</c>: it must match the whole name.</summary>
public static class DeviceNamePattern
{
    /// <summary>Compiles it; a match takes time linear in the name, whatever the pattern.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It looks around or refers back.</exception>
    public static Regex Compile(string pattern) =>
        new($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
