namespace Cassandra.Lab.Guest.UnitAgent.Wire;

/// <summary>One call to the agent: a hook tool, a control verb or a juju-exec command. One JSON line on a unix socket.</summary>
public sealed record ToolRequest(string Tool, IReadOnlyList<string> Arguments, string Directory)
{
    public string? ContextId { get; init; }
    public string? Input { get; init; }
}

/// <summary>The answer. <see cref="NeedsInput"/> asks for the same call again with the standard input.</summary>
public sealed record ToolResponse(int ExitCode, string Output, string Error)
{
    public bool NeedsInput { get; init; }
}
