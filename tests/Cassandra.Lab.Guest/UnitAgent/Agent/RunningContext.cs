using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Hooks;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>The one context of a unit that hook tools may call into, and the child that runs in it.</summary>
internal sealed class RunningContext(AgentPaths paths, MachineRecord machine, UnitRecord unit, UnitLog log)
{
    private volatile HookContext? _context;
    private volatile ChildProcess? _child;
    private volatile bool _terminated;

    public HookContext Create(Charm charm, string name, HookEvent? hook = null, PendingAction? action = null) =>
        new(paths, machine, unit, charm, log, name) { Hook = hook, Action = action };

    /// <summary>Starts the child in the context and waits for it; its lines go to the log, and to the two receivers.</summary>
    public async Task<WaitStatus> RunAsync(
        HookContext context, ChildCommand command, Action<string> onOutput, Action<string> onError)
    {
        var logger = $"unit.{unit.Name}.{context.Name}";
        _context = context;
        try
        {
            var child = ChildProcess.Start(
                command,
                line => Receive("DEBUG", line, onOutput),
                line => Receive("WARNING", line, onError));
            _child = child;
            // It may have come between the start and the line above.
            if (_terminated)
                Terminate();
            context.Kill = () => child.Signal(Native.Spawn.Kill);
            return await child.WaitAsync();
        }
        finally
        {
            _context = null;
            _child = null;
        }

        void Receive(string level, string line, Action<string> receiver)
        {
            log.Write(level, logger, line);
            receiver(line);
        }
    }

    /// <summary>What systemd does to the whole control group when the service stops.</summary>
    public void Terminate()
    {
        _terminated = true;
        _child?.Signal(Native.Spawn.Term);
    }

    public Task<ToolResponse> AnswerAsync(ToolRequest request)
    {
        var context = _context;
        if (context is null)
            return Refuse($"dial unix {paths.AgentSocket(unit.Name)}: connect: connection refused");
        return request.ContextId == context.Id
            ? HookTools.AnswerAsync(context, request)
            : Refuse($"bad request: expected context id \"{context.Id}\", got \"{request.ContextId}\"");
    }

    private static Task<ToolResponse> Refuse(string why) => Task.FromResult(new ToolResponse(1, "", $"ERROR {why}\n"));
}
