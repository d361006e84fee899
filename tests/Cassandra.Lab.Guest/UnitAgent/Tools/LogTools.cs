namespace Cassandra.Lab.Guest.UnitAgent.Tools;

internal static class LogTools
{
    private static readonly string[] Levels = ["TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

    public static readonly HookTool[] All =
    [
        new("juju-log", new FlagSet().Text("log-level", "l").Switch("debug").Text("format"), Log),
    ];

    private static void Log(ToolCall call)
    {
        if (call.Arguments.Words.Count == 0)
            throw ToolFailure.Usage("no message specified");
        var logger = $"unit.{call.Context.Unit.Name}.juju-log";
        var level = call.Arguments.Has("debug") ? "DEBUG" : (call.Arguments.Value("log-level") ?? "INFO").ToUpperInvariant();
        if (!Levels.Contains(level))
        {
            call.Context.Log.Write("WARNING", logger, $"Specified log level \"{level}\" is not valid");
            level = "INFO";
        }

        var relation = call.Context.Hook?.RelationId is { } id ? id + ": " : "";
        call.Context.Log.Write(level, logger, relation + string.Join(' ', call.Arguments.Words));
    }
}
