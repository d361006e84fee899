using System.Text.RegularExpressions;

namespace Cassandra.Charm.Node.Service;

/// <summary>
/// Reads lines of system.log, as logback writes them:
/// <c>ERROR [main] 2024-05-01 12:00:00,123 CassandraDaemon.java:900 - text</c>, exceptions on the lines after it.
/// </summary>
internal static partial class LogText
{
    private const int LongestMessage = 400;

    // 4.0 and later; 3.11; the native transport in all of them.
    private static readonly string[] OpeningOfPorts =
        ["Listening on address", "Starting Messaging Service", "Starting listening for CQL clients"];

    /// <summary>The last ERROR with the exception that caused it, for people; empty where there is none.</summary>
    public static string LastError(string log)
    {
        var lines = log.Split('\n');
        var start = Array.FindLastIndex(lines, line => line.StartsWith("ERROR", StringComparison.Ordinal));
        if (start < 0)
            return "";
        var exceptions = lines.Skip(start + 1)
            .TakeWhile(line => !Entry().IsMatch(line))
            .Where(IsException)
            .Select(line => ExceptionClass().Replace(line.Trim(), ""));
        return Shorten(string.Join(": ", exceptions.Prepend(Message(lines[start])).Distinct()));
    }

    /// <summary>What the node said last; empty where it said nothing.</summary>
    public static string LastMessage(string log) =>
        log.Split('\n').LastOrDefault(line => Entry().IsMatch(line)) is { } line ? Shorten(Message(line)) : "";

    /// <summary>Whether it says that the storage port or the CQL port was opened.</summary>
    public static bool TellsOfOpenPort(string log) =>
        OpeningOfPorts.Any(words => log.Contains(words, StringComparison.Ordinal));

    private static string Message(string line)
    {
        var begin = line.IndexOf(" - ", StringComparison.Ordinal);
        return (begin < 0 ? line : line[(begin + 3)..]).Trim();
    }

    private static bool IsException(string line) =>
        line.Length > 0 && !StackFrame().IsMatch(line) && ExceptionClass().IsMatch(line.Trim());

    private static string Shorten(string text) => text.Length <= LongestMessage ? text : text[..LongestMessage] + "…";

    [GeneratedRegex(@"\A(?:TRACE|DEBUG|INFO|WARN|ERROR)\s")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\A(?:Caused by: )?(?:[a-z][\w$]*\.)+[A-Z][\w$]*(?:: |\z)")]
    private static partial Regex ExceptionClass();

    [GeneratedRegex(@"\A\s+(?:at |\.\.\. )")]
    private static partial Regex StackFrame();
}
