namespace Cassandra.Lab.Machines;

/// <summary>How a program in the machine ended.</summary>
/// <param name="ExitCode">128 + n after signal n.</param>
/// <param name="StdOut">All of it, read as UTF-8.</param>
/// <param name="StdErr">All of it, read as UTF-8.</param>
public sealed record GuestResult(int ExitCode, string StdOut, string StdErr);

/// <summary>How to run a program in the machine.</summary>
public sealed record GuestRunOptions
{
    /// <summary>Set for the program, over what the command agent has (PATH, HOME=/root, LANG=C.UTF-8).</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Start from an empty environment instead.</summary>
    public bool ClearEnvironment { get; init; }

    /// <summary>"/" if null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Read to its end and passed on; nothing if null.</summary>
    public Stream? StdIn { get; init; }

    /// <summary>Called for each line of standard output as it comes.</summary>
    public Action<string>? OnStdOutLine { get; init; }

    /// <summary>Called for each line of standard error as it comes.</summary>
    public Action<string>? OnStdErrLine { get; init; }

    /// <summary>Throw a <see cref="GuestCommandException"/> if the program does not exit with 0.</summary>
    public bool Check { get; init; }

    /// <summary>When the program and its children are killed and a <see cref="TimeoutException"/> is thrown.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>A program in the machine failed, and the caller had asked for success.</summary>
public sealed class GuestCommandException(string machine, string command, GuestResult result)
    : Exception($"{machine}: {command}: exit code {result.ExitCode}\n{result.StdOut}{result.StdErr}")
{
    /// <summary>How it ended.</summary>
    public GuestResult Result => result;
}

/// <summary>The machine, or what the lab asked of it, failed. The message ends with the console's last lines.</summary>
public sealed class MachineException(string message, Exception? inner = null) : Exception(message, inner);
