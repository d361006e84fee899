using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.State;
using Serilog;

namespace Cassandra.Charm.Service;

/// <summary>What the charm's own systemd units run. None of it writes the journal: that is the hooks'.</summary>
internal sealed class ServiceCommands(
    StatePaths paths, IClock clock, INode node, BlankCheckJob blankCheck, AgentCall agent, ILogger log)
{
    private static readonly TimeSpan NodePoll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShowInterval = TimeSpan.FromSeconds(15);

    /// <summary>Copies what the journal says.</summary>
    public async Task<int> CopyAsync(CancellationToken stop)
    {
        if (Journal() is not { Undertaking: Undertaking.Moving { Phase: MovePhase.Copying } move } journal)
        {
            log.Error("the journal knows of no copy to be made");
            return 1;
        }

        return await WorkAsync(journal, () => new CopyJob(paths, clock, log).RunAsync(move, stop), stop).ConfigureAwait(false);
    }

    /// <summary>Reads the disk that the hook named.</summary>
    public async Task<int> CheckAsync(CancellationToken stop)
    {
        var request = StateFile.Read(paths.CheckRequest, ServiceJson.Default.CheckRequest)
                      ?? throw new EffectFailedException("no disk is named to be read");
        return await WorkAsync(Journal(), () => blankCheck.RunAsync(request, stop), stop).ConfigureAwait(false);
    }

    /// <summary>Waits until the node answers or is dead, then calls the unit.</summary>
    public async Task<int> AwaitNodeAsync(CancellationToken stop)
    {
        if (Journal() is not { } journal)
            return 0;
        while ((await node.LookAsync(journal, stop).ConfigureAwait(false)).State == NodeState.Unresponsive)
            await Task.Delay(NodePoll, stop).ConfigureAwait(false); // another process's port: only polling sees it
        return await CallBackAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Has the unit look at itself now.</summary>
    public async Task<int> CallBackAsync(CancellationToken stop)
    {
        if (Journal() is { } journal)
            await agent.ConvergeAsync(journal.Owner, stop).ConfigureAwait(false);
        return 0;
    }

    /// <summary>Works; while nobody waits for it, shows its progress; at the end calls the unit where nobody waits.</summary>
    private async Task<int> WorkAsync(Journal? journal, Func<Task> work, CancellationToken stop)
    {
        var running = work();
        while (await Task.WhenAny(running, Task.Delay(ShowInterval, stop)).ConfigureAwait(false) != running && !stop.IsCancellationRequested) // between two status lines
            if (journal is not null && File.Exists(paths.NobodyWaits))
                await agent.ReportAsync(journal.Owner, stop).ConfigureAwait(false);
        await running.ConfigureAwait(false);
        File.Delete(paths.Progress);
        if (journal is not null && File.Exists(paths.NobodyWaits))
            await agent.ConvergeAsync(journal.Owner, stop).ConfigureAwait(false);
        return 0;
    }

    private Journal? Journal() => JournalFile.Read(paths.Journal);
}
