namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>A tool's refusal: one line on stderr and this exit code (2: bad arguments, 1: failed).</summary>
internal sealed class ToolFailure(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public static ToolFailure Usage(string message) => new(2, message);

    public static ToolFailure Failed(string message) => new(1, message);
}

/// <summary>The tool reads standard input; the client must send it.</summary>
internal sealed class InputNeeded : Exception;
