using Serilog;

namespace Cassandra.Charm.EntryPoints;

/// <summary>What systemd (or a person) runs: <c>cassandra-charm NAME</c>.</summary>
/// <param name="Name">The word on the command line.</param>
/// <param name="Help">One line for <c>--help</c>.</param>
/// <param name="RunAsync">Does it; the exit code.</param>
internal sealed record CharmCommand(string Name, string Help, Func<ILogger, CancellationToken, Task<int>> RunAsync);
