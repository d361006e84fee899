using Cassandra.Charm.Core.Effects;

namespace Cassandra.Charm.Linux.Programs;

/// <summary>A program ended with an exit code that its caller does not accept, or did not end in time.</summary>
/// <param name="command">The call.</param>
/// <param name="exitCode">128 + n where signal n ended it; null where it did not end in time.</param>
/// <param name="error">What it wrote to standard error.</param>
public sealed class CommandFailedException(Command command, int? exitCode, string error)
    : EffectFailedException(Describe(command, exitCode, error))
{
    private const int TailLength = 2000;

    /// <summary>The call.</summary>
    public Command Command { get; } = command;

    /// <summary>128 + n where signal n ended it; null where it did not end in time.</summary>
    public int? ExitCode { get; } = exitCode;

    /// <summary>The end of what it wrote to standard error.</summary>
    public string ErrorTail { get; } = error.Length <= TailLength ? error : error[^TailLength..];

    private static string Describe(Command command, int? exitCode, string error)
    {
        var name = Path.GetFileName(command.Program);
        var end = exitCode is { } code ? $"failed with exit code {code}" : $"did not end within {command.TimeLimit.TotalSeconds:0} s";
        var reason = error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        return reason is null ? $"{name} {end}" : $"{name} {end}: {reason}";
    }
}
