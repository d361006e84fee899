using Cassandra.Charm.Juju;
using Serilog;

namespace Cassandra.Charm.EntryPoints;

/// <summary>Runs a hook: one body for all events, under the lock.</summary>
internal sealed class HookEntryPoint(HookContext context, IHookBody body, string lockPath, ILogger log)
{
    /// <summary>
    /// How long to wait for the lock: enough for another entry point to finish what it does. A hook that waited for ever
    /// would block every other unit of the machine (juju-contract 1.1).
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>The same for <c>stop</c> and <c>remove</c>, after which nobody comes back.</summary>
    public TimeSpan LastPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Runs it to its end.</summary>
    public async Task RunAsync(Trigger.Hook hook, CancellationToken stop)
    {
        if (hook.Event == HookEvent.Unknown)
        {
            log.Debug("the hook {Hook:l} means nothing to this charm", hook.Name);
            return;
        }

        using var held = await StateLock.TryTakeAsync(lockPath, $"hook {hook.Name}", PatienceOf(hook.Event), stop).ConfigureAwait(false);
        if (held is null)
            await body.ReportAsync(context, StateLock.HolderOf(lockPath), stop).ConfigureAwait(false);
        else
            await body.ConvergeAsync(context, hook.Event, stop).ConfigureAwait(false);
    }

    private TimeSpan PatienceOf(HookEvent hook) => hook is HookEvent.Stop or HookEvent.Remove ? LastPatience : Patience;
}
