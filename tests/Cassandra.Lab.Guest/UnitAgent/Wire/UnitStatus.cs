using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Cassandra.Lab.Guest.UnitAgent.Wire;

/// <summary>A status with the time it was set.</summary>
public sealed record StatusEntry(string State, string Message, DateTimeOffset Since)
{
    /// <summary>In a history: "workload" or "agent".</summary>
    public string? Kind { get; init; }
}

/// <summary>How a hook, an action or a command ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunOutcome>))]
public enum RunOutcome
{
    /// <summary>Still running.</summary>
    Running,

    /// <summary>Exit code 0, buffered writes committed.</summary>
    Succeeded,

    /// <summary>The charm has no such hook: counts as success.</summary>
    Skipped,

    /// <summary>Non-zero exit, or could not be started; buffered writes dropped.</summary>
    Failed,

    /// <summary>Ended by SIGTERM or SIGKILL while the agent lived; it is run again.</summary>
    Killed,

    /// <summary>The agent or the machine died meanwhile.</summary>
    Interrupted,
}

/// <summary>One run of a hook, action or command. <see cref="Seconds"/> is wall time.</summary>
public sealed record HookRun(int Number, string Kind, string Name, DateTimeOffset Started, RunOutcome Outcome)
{
    public double Seconds { get; init; }
    public int? ExitCode { get; init; }
    public int? Signal { get; init; }
    public string? Error { get; init; }

    /// <summary>The number of the on-demand request this run answers.</summary>
    public int? Request { get; init; }

    public bool Succeeded => Outcome is RunOutcome.Succeeded or RunOutcome.Skipped;

    public override string ToString() =>
        $"#{Number} {Kind} {Name}: {Outcome}{(ExitCode is { } code ? $", exit {code}" : "")}"
        + $"{(Signal is { } signal ? $", signal {signal}" : "")}, {Seconds:F2} s{(Error is null ? "" : $" ({Error})")}";
}

/// <summary>What `juju status` and the agent know about a unit.</summary>
public sealed record UnitStatus(string Unit, StatusEntry Workload, StatusEntry Agent)
{
    /// <summary>Rises with each change of the unit; <c>status --since N</c> waits for a later one.</summary>
    public long Sequence { get; init; }
    public string Life { get; init; } = "alive";
    public bool Leader { get; init; }

    /// <summary>No hook is running, queued or waiting for a retry, and no action either.</summary>
    public bool Idle { get; init; }

    /// <summary>A hook has failed and waits for its retry or for the operator.</summary>
    public bool InError { get; init; }

    /// <summary>Something is to be run, but another unit of the machine is running a hook.</summary>
    public bool WaitsForMachine { get; init; }

    /// <summary>The hook that is queued or in error.</summary>
    public string? PendingHook { get; init; }
    public string? WorkloadVersion { get; init; }
    public IReadOnlyList<string> Ports { get; init; } = [];
    public int CharmRevision { get; init; }
    public HookRun? Running { get; init; }

    /// <summary>The latest runs, oldest first.</summary>
    public IReadOnlyList<HookRun> Runs { get; init; } = [];

    /// <summary>The workload's state as `juju status` shows it: "error" while a hook is in error.</summary>
    public string State => Agent.State == "error" ? "error" : Workload.State;

    /// <summary>The message as `juju status` shows it.</summary>
    public string Message => Agent.State == "error" ? Agent.Message : Workload.Message;
}

/// <summary>The result of `juju run`.</summary>
public sealed record ActionResult(int Id, string Unit, string Action, string Status)
{
    public string? Message { get; init; }
    public int? ExitCode { get; init; }
    public string Stdout { get; init; } = "";
    public string Stderr { get; init; } = "";

    /// <summary>What action-set gave (nested by dots).</summary>
    public JsonObject Results { get; init; } = [];
    public IReadOnlyList<string> Log { get; init; } = [];
    public bool Completed => Status == "completed";
}

/// <summary>A rule of Juju's packaging that an archive breaks.</summary>
public sealed record CharmViolation(bool Fatal, string Entry, string Rule)
{
    public override string ToString() => $"{(Fatal ? "error" : "warning")}: {Entry}: {Rule}";
}
