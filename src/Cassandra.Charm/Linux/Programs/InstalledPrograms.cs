using System.ComponentModel;
using System.Text;
using Cassandra.Charm.Core.Effects;
using CliWrap;
using CliWrap.Buffered;
using Serilog;

namespace Cassandra.Charm.Linux.Programs;

/// <summary>
/// The one place that starts processes. Both streams are always read: CliWrap's default gives a child that prints
/// EPIPE (dotnet-practice section 5).
/// </summary>
/// <param name="table">Where the programs are.</param>
/// <param name="log">Gets every call: at debug when it succeeded, at error with both streams when it failed.</param>
public sealed class InstalledPrograms(ProgramTable table, ILogger log) : IPrograms
{
    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancel)
    {
        var result = await ExecuteAsync(command, cancel).ConfigureAwait(false);
        if (!command.Accepts.Contains(result.ExitCode))
        {
            throw Failure(command, result.ExitCode, result.StandardOutput, result.StandardError);
        }

        log.Debug("{Command:l}: exit code {ExitCode}, {Seconds:0.000} s",
            command, result.ExitCode, result.RunTime.TotalSeconds);
        return new CommandResult(result.ExitCode, result.StandardOutput, result.StandardError);
    }

    private async Task<BufferedCommandResult> ExecuteAsync(Command command, CancellationToken cancel)
    {
        // Who wants to stop does not start the next program; the one that runs is a step under way and is left to finish.
        cancel.ThrowIfCancellationRequested();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(command.MayBeCutShort ? cancel : default);
        limit.CancelAfter(command.TimeLimit);
        try
        {
            return await Prepare(command).ExecuteBufferedAsync(Encoding.UTF8, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!command.MayBeCutShort || !cancel.IsCancellationRequested)
        {
            throw Failure(command, exitCode: null, "", "");
        }
        catch (Win32Exception failure)
        {
            throw new EffectFailedException($"{command.Program} cannot be started: {failure.Message}", cause: failure);
        }
    }

    private CliWrap.Command Prepare(Command command) =>
        Cli.Wrap(table.Resolve(command.Program))
            .WithArguments(command.Arguments)
            .WithStandardInputPipe(PipeSource.FromString(command.Input, Encoding.UTF8))
            .WithWorkingDirectory("/")
            .WithValidation(CommandResultValidation.None)
            .WithEnvironmentVariables(environment =>
            {
                environment.Set("PATH", table.SearchPath).Set("LC_ALL", "C");
                foreach (var (name, value) in command.Environment)
                {
                    environment.Set(name, value);
                }
            });

    private CommandFailedException Failure(Command command, int? exitCode, string output, string error)
    {
        var failure = new CommandFailedException(command, exitCode, error);
        log.Error("{Failure:l}\ncommand: {Command:l}\nstdout: {Output:l}\nstderr: {Error:l}",
            failure.Message, command, output, error);
        return failure;
    }
}
