using System.Diagnostics;
using Cassandra.Lab.Guest.UnitAgent.Hooks;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>A run from its durably noted begin to its end.</summary>
internal sealed class OpenRun
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly HookRun _begun;

    private OpenRun(HookRun begun) => _begun = begun;

    /// <param name="kind">hook, action or command.</param>
    /// <param name="also">What else becomes true with the begin, in the same write.</param>
    public static OpenRun Begin(UnitRecord record, string kind, string name, Action<UnitDocument> also, int? request = null)
    {
        HookRun? run = null;
        record.Change(unit =>
        {
            run = new HookRun(++unit.Runs, kind, name, DateTimeOffset.UtcNow, RunOutcome.Running) { Request = request };
            unit.Running = run;
            also(unit);
        });
        return new OpenRun(run!);
    }

    public HookRun End(RunOutcome outcome, WaitStatus? status, string? error = null) => _begun with
    {
        Outcome = outcome,
        Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3),
        ExitCode = status?.ExitCode,
        Signal = status?.Signal,
        Error = error,
    };
}
