using System.Text.RegularExpressions;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Configuration;

/// <summary>What the texts of options must look like; each rule says why a text cannot be used, or null.</summary>
internal static partial class OptionRules
{
    private const int LongestShown = 60;

    /// <summary>A text as it can stand in a status line.</summary>
    public static string Shown(string text) =>
        "'" + Printable(text.Length <= LongestShown ? text : text[..LongestShown] + "…") + "'";

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    /// <summary><c>volume-dev-regexp</c>.</summary>
    public static string? RegularExpression(string text)
    {
        try
        {
            _ = DeviceNamePattern.Compile(text);
            return null;
        }
        catch (ArgumentException bad)
        {
            return $"not a regular expression: {Printable(bad.Message)}";
        }
        catch (NotSupportedException)
        {
            return "it may not look around or refer back";
        }
    }

    /// <summary><c>cut-over-window</c>.</summary>
    public static string? CutOverWindow(string text) => Configuration.CutOverWindow.Parse(text) is not null
        ? null
        : $"{Shown(text)} is not a part of the day such as 02:00-04:00 UTC";

    /// <summary><c>install-sources</c>: lines of sources.list.</summary>
    public static string? AptSources(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(line => !line.StartsWith('#') && !AptSource().IsMatch(line)) is { } bad
            ? $"{Shown(bad)} is not a line of sources.list, such as deb https://debian.cassandra.apache.org 50x main"
            : null;

    /// <summary><c>package-version</c>: it goes into an argument of APT.</summary>
    public static string? PackageVersion(string text) =>
        DebianVersion().IsMatch(text) ? null : $"{Shown(text)} is not a version of a Debian package";

    /// <summary>One line of text.</summary>
    public static string? OneLine(string text) =>
        text.Any(char.IsControl) ? $"{Shown(text)} holds a line break or another control character" : null;

    /// <summary>A datacenter or rack: it goes into cassandra-rackdc.properties, where other characters have meanings.</summary>
    public static string? NodeGroup(string text) =>
        Word().IsMatch(text) ? null : $"{Shown(text)} may only hold letters, digits and . _ : -";

    /// <summary>A size of Java's heap.</summary>
    public static string? HeapSize(string text) =>
        JavaSize.Bytes(text) is not null ? null : $"{Shown(text)} is not a size such as 8G or 4096M";

    [GeneratedRegex(@"\Adeb(-src)?\s+(\[[^\]]*\]\s+)?\S+\s+\S")]
    private static partial Regex AptSource();

    [GeneratedRegex(@"\A[0-9][A-Za-z0-9.+:~*-]*\z")]
    private static partial Regex DebianVersion();

    [GeneratedRegex(@"\A[A-Za-z0-9._:-]+\z")]
    private static partial Regex Word();
}
