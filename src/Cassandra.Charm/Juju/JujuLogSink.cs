using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Cassandra.Charm.Juju;

/// <summary>
/// Serilog's events in Juju's log. Each event has left this process when the call returns, so a crash loses none.
/// From INFO on they go through juju-log, a process each: log few. Debug events go to standard output, which the agent
/// logs at DEBUG line by line (juju-contract 1.1) and which costs one write.
/// </summary>
/// <param name="runner">Runs juju-log.</param>
/// <param name="debug">Standard output; null in an action, whose standard output is shown to the operator as its result.</param>
/// <param name="fallback">Standard error, which the agent logs at WARNING: where events go that juju-log does not take.</param>
internal sealed class JujuLogSink(IHookToolRunner runner, Stream? debug, Stream fallback) : ILogEventSink
{
    private readonly MessageTemplateTextFormatter _message = new("{Message:lj}", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        var text = Render(logEvent);
        if (logEvent.Level >= LogEventLevel.Information)
            SendToJuju(Word(logEvent.Level), text);
        else if (debug is not null)
            Write(debug, text);
    }

    private void SendToJuju(string level, string text)
    {
        try
        {
            // Not cancelled when the hook is: what it says as it stops matters most.
            runner.RunAsync("juju-log", ["--log-level", level, "--", text], CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (HookToolException failure)
        {
            Write(fallback, $"{level} {text}\n({failure.Message})");
        }
    }

    private string Render(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _message.Format(logEvent, text);
        if (logEvent.Exception is { } exception)
            text.Write($"\n{exception}");
        // juju-log refuses to log nothing.
        return text.ToString() is { Length: > 0 } rendered ? rendered : "(no text)";
    }

    // One write a line, unbuffered: it is the agent's before the next step begins.
    private static void Write(Stream stream, string text)
    {
        try
        {
            stream.Write(Encoding.UTF8.GetBytes(text.TrimEnd('\n') + "\n"));
            stream.Flush();
        }
        catch (IOException)
        {
            // The agent is gone and its pipe closed: nobody is left to tell, and a log must not fail the work.
        }
    }

    private static string Word(LogEventLevel level) => level switch
    {
        LogEventLevel.Information => "INFO",
        LogEventLevel.Warning => "WARNING",
        LogEventLevel.Error => "ERROR",
        LogEventLevel.Fatal => "CRITICAL",
        LogEventLevel.Debug => "DEBUG",
        LogEventLevel.Verbose => "TRACE",
    };
}
