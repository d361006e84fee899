using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.State;
using Serilog;

namespace Cassandra.Charm.Service;

/// <summary>What the charm's own systemd units run. None of it writes the journal: that is the hooks'.</summary>
internal sealed class ServiceCommands(
    StatePaths paths, IClock clock, INode node, BlankCheckJob blankCheck, ServiceUnits units, AgentCall agent, ILogger log)
{
    private static readonly TimeSpan NodePoll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShowInterval = TimeSpan.FromSeconds(30);

    /// <summary>Copies what the journal says, with the node stopped.</summary>
    public Task<int> CopyAsync(CancellationToken stop) =>
        CopyAsync(MovePhase.Copying, move => new CopyJob(paths, clock, log).RunAsync(move, stop), stop);

    /// <summary>Follows what the journal says, while the node serves.</summary>
    public Task<int> FollowAsync(CancellationToken stop) =>
        CopyAsync(MovePhase.Following, move => new CopyJob(paths, clock, log).FollowAsync(move, stop), stop);

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

    private async Task<int> CopyAsync(MovePhase phase, Func<Undertaking.Moving, Task> copy, CancellationToken stop)
    {
        if (Journal() is { Undertaking: Undertaking.Moving move } journal && move.Phase == phase)
            return await WorkAsync(journal, () => copy(move), stop).ConfigureAwait(false);
        log.Error("the journal knows of no copy to be made");
        return 1;
    }

    /// <summary>Works; while nobody waits for it, shows its progress; at the end calls the unit where nobody waits.</summary>
    private async Task<int> WorkAsync(Journal? journal, Func<Task> work, CancellationToken stop)
    {
        try
        {
            await ShownAsync(journal, work(), stop).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(paths.Progress);
        }

        // From a unit of its own: the hook that comes sees to it that this one has ended.
        if (File.Exists(paths.NobodyWaits))
            await units.CallBackAfterAsync(TimeSpan.Zero, stop).ConfigureAwait(false);
        return 0;
    }

    private async Task ShownAsync(Journal? journal, Task running, CancellationToken stop)
    {
        while (await Task.WhenAny(running, Task.Delay(ShowInterval, stop)).ConfigureAwait(false) != running && !stop.IsCancellationRequested) // between two status lines
            if (journal is not null && File.Exists(paths.NobodyWaits))
                await agent.ReportAsync(journal.Owner, stop).ConfigureAwait(false);
        await running.ConfigureAwait(false);
    }

    private Journal? Journal() => JournalFile.Read(paths.Journal);
}
