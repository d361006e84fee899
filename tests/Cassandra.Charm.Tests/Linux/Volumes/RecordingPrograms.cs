using Cassandra.Charm.Linux.Programs;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>Runs programs and remembers which.</summary>
internal sealed class RecordingPrograms(IPrograms programs) : IPrograms
{
    public List<Command> Calls { get; } = [];

    /// <summary>Runs before the next call of a program instead of it; throw to fail it.</summary>
    public Func<Command, Task>? Before { get; set; }

    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancel)
    {
        Calls.Add(command);
        if (Before is { } before)
            await before(command);
        return await programs.RunAsync(command, cancel);
    }
}
