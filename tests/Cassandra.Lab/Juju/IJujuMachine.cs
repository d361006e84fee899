using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Juju;

/// <summary>A machine whose unit agent can be talked to.</summary>
public interface IJujuMachine
{
    /// <summary>Runs one verb of `lab-guest juju` there.</summary>
    /// <param name="verb">deploy, config, status, …</param>
    /// <param name="arguments">The verb's own arguments.</param>
    /// <param name="input">What the verb reads from standard input.</param>
    /// <param name="ct">Gives up waiting; the verb itself goes on.</param>
    Task<ToolResponse> JujuAsync(string verb, IReadOnlyList<string> arguments, string? input, CancellationToken ct);

    /// <summary>Makes a file of the host available there; returns its path on the machine.</summary>
    Task<string> BringAsync(string hostFile, CancellationToken ct);
}
