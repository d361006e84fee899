using Cassandra.Charm.Linux.Programs;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>Runs programs and remembers which.</summary>
internal sealed class RecordingPrograms(IPrograms programs) : IPrograms
{
    public List<Command> Calls { get; } = [];

    public Task<CommandResult> RunAsync(Command command, CancellationToken cancel)
    {
        Calls.Add(command);
        return programs.RunAsync(command, cancel);
    }
}
