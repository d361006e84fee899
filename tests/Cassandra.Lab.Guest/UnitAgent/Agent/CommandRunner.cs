using System.Text;
using Cassandra.Lab.Guest.UnitAgent.Hooks;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>One script of juju-exec: bash in the charm directory, with a hook's environment but no dispatch path.</summary>
internal sealed class CommandRunner(UnitWorker worker, AgentPaths paths)
{
    private readonly UnitRecord _record = worker.Unit;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    public async Task RunAsync(CommandQueue commands, MachineLock machineLock, CancellationToken stop)
    {
        using var locked = await machineLock.AcquireAsync(_record, stop);
        if (commands.Take() is { } command)
            command.Done.SetResult(await RunLockedAsync(command.Script));
    }

    private async Task<ToolResponse> RunLockedAsync(string script)
    {
        var run = OpenRun.Begin(
            _record, "command", "juju-exec", unit => _record.SetAgent(unit, "executing", "running commands"));
        var context = worker.Contexts.Create(worker.Charm, "juju-exec");
        var status = await StartAsync(context, script);
        _record.Change(unit =>
        {
            // Unlike a hook's, a command's writes count whatever its exit code.
            if (status is { Signal: null })
                context.Commit(unit);
            _record.FinishRun(unit, run.End(status is { ExitCode: 0 } ? RunOutcome.Succeeded : RunOutcome.Failed, status));
            _record.ShowError(unit);
        });
        return new ToolResponse(status?.ExitCode ?? 1, _output.ToString(), _error.ToString());
    }

    private async Task<WaitStatus?> StartAsync(HookContext context, string script)
    {
        var environment = HookEnvironment.Of(context, dispatchPath: null);
        var command = new ChildCommand("/bin/bash", ["/bin/bash", "-s"], environment, paths.CharmDirectory(_record.Name))
        {
            Input = script,
        };
        try
        {
            return await worker.Contexts.RunAsync(
                context, command, line => _output.Append(line).Append('\n'), line => _error.Append(line).Append('\n'));
        }
        catch (IOException e)
        {
            _error.Append("ERROR ").Append(e.Message).Append('\n');
            return null;
        }
    }
}
