using Cassandra.Charm.Juju;

namespace Cassandra.Charm.EntryPoints;

/// <summary>What a hook does once it is known which it is: observe, decide, act, report.</summary>
internal interface IHookBody
{
    /// <summary>Converges from wherever the machine is, under the lock, and reports.</summary>
    Task ConvergeAsync(HookContext context, HookEvent hook, CancellationToken stop);

    /// <summary>Reports only: another process holds the lock and changes the machine.</summary>
    /// <param name="context">The hook.</param>
    /// <param name="holder">Who holds the lock.</param>
    /// <param name="stop">Cancels the look.</param>
    Task ReportAsync(HookContext context, string holder, CancellationToken stop);
}

/// <summary>What actions do. They never wait for hooks or long work: intents are recorded and answered at once.</summary>
internal interface IActionBody
{
    /// <summary>Answers one action.</summary>
    Task<ActionOutcome> AnswerAsync(ActionRequest request, HookContext context, CancellationToken stop);
}
