using System.Text;
using CliWrap;

namespace Cassandra.Lab.Processes;

/// <summary>Runs a program of the host to its end.</summary>
public static class HostProgram
{
    /// <summary>Runs it and returns its standard output.</summary>
    /// <param name="program">Name along PATH, or a path.</param>
    /// <param name="arguments">Passed as they are.</param>
    /// <param name="onLine">Gets every line of both streams as it comes.</param>
    /// <param name="environment">Added to our own.</param>
    /// <param name="workingDirectory">Ours if null.</param>
    /// <param name="input">What it reads on standard input.</param>
    /// <param name="ct">Kills the program.</param>
    /// <exception cref="HostProgramException">It did not exit with 0.</exception>
    public static async Task<string> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        Action<string>? onLine = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null,
        string? input = null,
        CancellationToken ct = default)
    {
        var output = new StringBuilder();
        var tail = new Tail(lines: 30);
        void Seen(string line)
        {
            tail.Add(line);
            onLine?.Invoke(line);
        }

        var command = Cli.Wrap(program)
            .WithArguments(arguments)
            .WithEnvironmentVariables(environment ?? new Dictionary<string, string?>())
            .WithWorkingDirectory(workingDirectory ?? Environment.CurrentDirectory)
            .WithStandardInputPipe(input is null ? PipeSource.Null : PipeSource.FromString(input))
            .WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.Merge(PipeTarget.ToStringBuilder(output), PipeTarget.ToDelegate(Seen)))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(Seen));
        var result = await command.ExecuteAsync(ct);
        if (result.ExitCode != 0)
            throw new HostProgramException(program, arguments, result.ExitCode, tail.ToString());
        return output.ToString();
    }

    /// <summary>Where the program is along PATH or in the system directories that an ordinary user's PATH lacks.</summary>
    public static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);
}

/// <summary>A program of the host failed.</summary>
public sealed class HostProgramException(string program, IReadOnlyList<string> arguments, int exitCode, string tail)
    : Exception($"{program} {string.Join(' ', arguments)}: exit code {exitCode}\n{tail}")
{
    /// <summary>128 + n after signal n.</summary>
    public int ExitCode => exitCode;
}
