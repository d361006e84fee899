using System.Collections.Concurrent;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>Commands of juju-exec that wait for their turn. Not durable: the caller waits too.</summary>
internal sealed class CommandQueue(Action wake)
{
    private readonly ConcurrentQueue<Command> _waiting = new();

    public sealed record Command(string Script)
    {
        public TaskCompletionSource<ToolResponse> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public bool Any => !_waiting.IsEmpty;

    public Command? Take() => _waiting.TryDequeue(out var command) ? command : null;

    public Task<ToolResponse> AnswerAsync(ToolRequest request)
    {
        var command = new Command(request.Arguments[0]);
        _waiting.Enqueue(command);
        wake();
        return command.Done.Task;
    }
}
