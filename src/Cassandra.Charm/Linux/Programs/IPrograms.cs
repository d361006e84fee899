using Cassandra.Charm.Core.Effects;

namespace Cassandra.Charm.Linux.Programs;

/// <summary>The programs of the machine.</summary>
public interface IPrograms
{
    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="CommandFailedException">Its exit code is not one the command accepts, or it took too long.</exception>
    /// <exception cref="EffectFailedException">It is not installed, or cannot be started.</exception>
    Task<CommandResult> RunAsync(Command command, CancellationToken cancel);
}
