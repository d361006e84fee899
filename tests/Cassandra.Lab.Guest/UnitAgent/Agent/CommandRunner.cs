using System.Diagnostics;
using System.Text;
using Cassandra.Lab.Guest.UnitAgent.Hooks;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>One script of juju-exec: bash in the charm directory, with a hook's environment but no dispatch path.</summary>
internal sealed class CommandRunner(UnitWorker worker, AgentPaths paths)
{
    private readonly UnitRecord _record = worker.Unit;

    public async Task RunAsync(CommandQueue commands, SemaphoreSlim machineLock, CancellationToken stop)
    {
        await machineLock.WaitAsync(stop);
        try
        {
            if (commands.Take() is { } command)
                command.Done.SetResult(await RunLockedAsync(command.Script));
        }
        finally
        {
            machineLock.Release();
        }
    }

    private async Task<ToolResponse> RunLockedAsync(string script)
    {
        var run = new HookRun(_record.Read(u => u.Runs) + 1, "command", "juju-exec", DateTimeOffset.UtcNow, RunOutcome.Running);
        _record.Change(unit =>
        {
            unit.Runs = run.Number;
            unit.Running = run;
            _record.SetAgent(unit, "executing", "running commands");
        });
        var clock = Stopwatch.StartNew();
        var context = worker.Contexts.Create(worker.Charm, "juju-exec");
        StringBuilder output = new(), error = new();
        WaitStatus? status = null;
        try
        {
            var directory = paths.CharmDirectory(_record.Name);
            var command = new ChildCommand("/bin/bash", ["/bin/bash", "-s"], HookEnvironment.Of(context, null), directory)
            {
                Input = script,
            };
            status = await worker.Contexts.RunAsync(
                context, command, line => output.Append(line).Append('\n'), line => error.Append(line).Append('\n'));
        }
        catch (IOException e)
        {
            error.Append("ERROR ").Append(e.Message).Append('\n');
        }

        _record.Change(unit =>
        {
            // Unlike a hook's, a command's writes count whatever its exit code.
            if (status is { Signal: null })
                context.Commit(unit);
            _record.FinishRun(unit, run with
            {
                Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3),
                ExitCode = status?.ExitCode,
                Signal = status?.Signal,
                Outcome = status is { ExitCode: 0 } ? RunOutcome.Succeeded : RunOutcome.Failed,
            });
            if (unit.Operation is { Step: HookStep.Pending } failed)
                _record.SetAgent(unit, "error", $"hook failed: \"{failed.Hook.Name}\"");
        });
        return new ToolResponse(status?.ExitCode ?? 1, output.ToString(), error.ToString());
    }
}
