namespace Cassandra.Charm.Juju;

/// <summary>A hook tool said no: the agent is broken or the charm called it wrongly, so the hook fails.</summary>
/// <param name="tool">The tool.</param>
/// <param name="exitCode">1: failed at run time; 2: bad argument (juju-contract 1.3); null where it could not run.</param>
/// <param name="error">What it wrote to standard error, or why it did not run.</param>
/// <param name="cause">The underlying error.</param>
internal sealed class HookToolException(string tool, int? exitCode, string error, Exception? cause = null)
    : Exception(exitCode is { } code ? $"{tool} failed with exit code {code}: {error}" : $"{tool} cannot run: {error}", cause)
{
    /// <summary>1: failed at run time; 2: bad argument; null where the tool could not run.</summary>
    public int? ExitCode { get; } = exitCode;

    /// <summary>The tool's own words, without Juju's leading <c>ERROR</c>.</summary>
    public string Error { get; } = error;
}
