using System.Text;
using Cassandra.Charm.Juju;
using Serilog;

namespace Cassandra.Charm.Tests.Juju;

public sealed class JujuLogSinkTests : IDisposable
{
    private readonly RecordedTools _recorded = new();
    private readonly MemoryStream _output = new();
    private readonly MemoryStream _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void Levels_become_jujus_and_text_stands_behind_two_dashes()
    {
        _recorded.Answering("juju-log");
        var log = Log();

        log.Information("a {Name} and {Number}", "vol-1", 3);
        log.Warning("b");
        log.Error("c");
        log.Fatal("-d");

        Assert.Equal(
            ["juju-log|--log-level|INFO|--|a vol-1 and 3", "juju-log|--log-level|WARNING|--|b",
             "juju-log|--log-level|ERROR|--|c", "juju-log|--log-level|CRITICAL|--|-d"],
            _recorded.Calls);
    }

    [Fact]
    public void Debug_lines_cost_no_process_and_are_written_at_once()
    {
        Log().Debug("looking at {Disk:l}", "vdb");

        Assert.Empty(_recorded.Calls);
        Assert.Equal("looking at vdb\n", Text(_output));
    }

    [Fact]
    public void In_an_action_debug_lines_do_not_get_into_the_operators_result()
    {
        using var log = new LoggerConfiguration().MinimumLevel.Debug()
            .WriteTo.Sink(new JujuLogSink(_recorded, debug: null, _error)).CreateLogger();

        log.Debug("looking");

        Assert.Equal("", Text(_output) + Text(_error));
    }

    [Fact]
    public void An_exception_is_told_with_its_trace()
    {
        _recorded.Answering("juju-log");

        Log().Error(new InvalidOperationException("the reason"), "it failed");

        Assert.StartsWith("juju-log|--log-level|ERROR|--|it failed\nSystem.InvalidOperationException: the reason", _recorded.Calls[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_failing_juju_log_loses_no_line_and_breaks_nothing()
    {
        _recorded.Failing("juju-log", 1, "connection refused");

        Log().Warning("vol-1 is missing");

        Assert.Equal("WARNING vol-1 is missing\n(juju-log failed with exit code 1: connection refused)\n", Text(_error));
    }

    [Fact]
    public void A_closed_pipe_breaks_nothing()
    {
        _recorded.Failing("juju-log", 1, "gone");
        using var log = new LoggerConfiguration().WriteTo.Sink(new JujuLogSink(_recorded, null, new ClosedPipe())).CreateLogger();

        log.Error("told to nobody");
    }

    [Fact]
    public void An_empty_line_is_not_sent_to_a_tool_that_refuses_it()
    {
        _recorded.Answering("juju-log");

        Log().Information("");

        Assert.Equal(["juju-log|--log-level|INFO|--|(no text)"], _recorded.Calls);
    }

    private Serilog.Core.Logger Log() =>
        new LoggerConfiguration().MinimumLevel.Debug().WriteTo.Sink(new JujuLogSink(_recorded, _output, _error)).CreateLogger();

    private static string Text(MemoryStream stream) => Encoding.UTF8.GetString(stream.ToArray());

    private sealed class ClosedPipe : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");
    }
}
