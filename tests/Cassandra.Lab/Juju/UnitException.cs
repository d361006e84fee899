using System.Globalization;
using System.Text;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Juju;

/// <summary>A unit did not do what was waited for; the message holds all that helps to see why.</summary>
public sealed class UnitException(string message) : Exception(message)
{
    private const int HistoryShown = 30;
    private const int RunsShown = 20;
    private const int LogLinesShown = 80;

    internal static UnitException Of(
        string what, UnitStatus status, IReadOnlyList<StatusEntry> history, string log)
    {
        var text = new StringBuilder(what).AppendLine();
        text.Append(CultureInfo.InvariantCulture, $"{status.Unit}: {status.State}: {status.Message}").AppendLine()
            .Append(CultureInfo.InvariantCulture, $"agent: {status.Agent.State} {status.Agent.Message}; {status.Life}; ")
            .Append(CultureInfo.InvariantCulture, $"pending hook: {status.PendingHook ?? "none"}; running: {status.Running?.Name ?? "nothing"}")
            .AppendLine();
        Append(text, "status history", history.TakeLast(HistoryShown).Select(h =>
            string.Create(CultureInfo.InvariantCulture, $"{h.Since:HH:mm:ss.fff} {h.Kind} {h.State}: {h.Message}")));
        Append(text, "runs", status.Runs.TakeLast(RunsShown).Select(r => r.ToString()));
        Append(text, "log", log.Split('\n').TakeLast(LogLinesShown));
        return new UnitException(text.ToString());
    }

    private static void Append(StringBuilder text, string title, IEnumerable<string> lines)
    {
        text.Append("--- ").AppendLine(title);
        foreach (var line in lines)
            text.AppendLine(line);
    }
}
