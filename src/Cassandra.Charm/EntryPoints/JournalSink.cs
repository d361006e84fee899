using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Cassandra.Charm.EntryPoints;

/// <summary>
/// Serilog's events as lines for systemd's journal, for what systemd runs: each line begins with its priority,
/// <c>&lt;6&gt;</c> and the like (sd-daemon(3)).
/// </summary>
internal sealed class JournalSink(Stream output) : ILogEventSink
{
    private readonly MessageTemplateTextFormatter _message =
        new("{Message:lj}{NewLine}{Exception}", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _message.Format(logEvent, text);
        var lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        output.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"<{Priority(logEvent.Level)}>{line}\n"))));
        output.Flush();
    }

    private static int Priority(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => 2,
        LogEventLevel.Error => 3,
        LogEventLevel.Warning => 4,
        LogEventLevel.Information => 6,
        LogEventLevel.Debug or LogEventLevel.Verbose => 7,
    };
}
