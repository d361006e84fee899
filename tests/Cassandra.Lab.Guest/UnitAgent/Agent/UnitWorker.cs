using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>One unit's loop: decide, do, decide again; one thing at a time, as Juju's uniter.</summary>
internal sealed class UnitWorker
{
    /// <summary>Juju restarts a worker that failed unexpectedly after this long.</summary>
    private static readonly TimeSpan BounceDelay = TimeSpan.FromSeconds(3);

    private readonly AgentPaths _paths;
    private readonly MachineRecord _machine;
    private readonly MachineLock _machineLock;
    private readonly HostServices _host;
    private readonly CommandQueue _commands;
    private readonly UnitLog _log;
    private Charm _charm;

    public UnitWorker(
        AgentPaths paths, MachineRecord machine, MachineLock machineLock, HostServices host, UnitRecord unit)
    {
        _paths = paths;
        _machine = machine;
        _machineLock = machineLock;
        _host = host;
        Unit = unit;
        _log = new UnitLog(paths.LogFile(unit.Name));
        _charm = new Charm(paths.CharmDirectory(unit.Name));
        _commands = new CommandQueue(unit.Wake);
        Contexts = new RunningContext(paths, machine, unit, _log);
    }

    public UnitRecord Unit { get; }

    public RunningContext Contexts { get; }

    public Charm Charm => _charm;

    public Operation Next() => Unit.Read(unit => Resolver.Next(unit, Surroundings()));

    /// <summary>Concludes what an earlier agent left; before anybody may ask.</summary>
    public void Recover()
    {
        if (!Unit.Read(u => u.Removed))
            Unit.Change(unit => AgentRestart.Recover(Unit, unit, _host.BootId, _machine.Read(m => m.RetryBase)));
    }

    /// <summary>Runs until the unit is removed or <paramref name="stop"/>; a hook then running is waited for.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await Task.Yield();
        using var wake = stop.Register(Unit.Wake);
        if (!Unit.Read(u => u.Removed))
        {
            using var files = UnitFiles.Open(_paths, Unit.Name, Contexts.AnswerAsync, _commands.AnswerAsync);
            while (!stop.IsCancellationRequested && await StepAsync(stop))
            {
            }
        }

        if (Unit.Read(u => u.Removed))
            UnitFiles.Remove(_paths, Unit.Name);
    }

    /// <summary>One operation. False: nothing will follow.</summary>
    private async Task<bool> StepAsync(CancellationToken stop)
    {
        var sequence = Unit.Sequence;
        try
        {
            switch (Next())
            {
                case Operation.Wait wait:
                    BecomeIdle(ref sequence);
                    await Unit.WaitForChangeAsync(sequence, Until(wait));
                    return true;
                case Operation.Finish:
                    Unit.Change(unit => unit.Removed = true);
                    return false;
                case Operation.Upgrade:
                    UnpackCharm();
                    return true;
                case Operation.SkipHook skip:
                    Skip(skip.Hook);
                    return true;
                case Operation.RunHook run:
                    return await new HookRunner(this, _machine, _host, stop).RunAsync(run.Hook, _machineLock);
                case Operation.RunAction run:
                    await new ActionRunner(this, _machine, _paths).RunAsync(run.Action, _machineLock, stop);
                    return true;
                case Operation.RunCommand:
                    await new CommandRunner(this, _paths).RunAsync(_commands, _machineLock, stop);
                    return true;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false; // stopped while waiting for the machine lock
        }
        catch (Exception e)
        {
            Log("ERROR", "juju.worker.uniter", $"unit agent failed, restarting it: {e}");
            await Task.WhenAny(Task.Delay(BounceDelay, stop));
        }

        return true;
    }

    public void Log(string level, string logger, string message) => _log.Write(level, logger, message);

    private Surroundings Surroundings() => _machine.Read(m => new Surroundings(
        DateTimeOffset.UtcNow,
        Unit.ReadConfig(c => c.Version),
        _commands.Any,
        m.UpdateStatusInterval,
        m.RetryHooks,
        m.IsThree));

    private void BecomeIdle(ref long sequence)
    {
        if (Unit.Read(u => u.Operation is not null || u.Agent.State == "idle") || Unit.Sequence != sequence)
            return;
        Unit.SetAgent("idle", "");
        sequence = Unit.Sequence;
    }

    private static TimeSpan Until(Operation.Wait wait)
    {
        if (wait.Until is not { } until)
            return Timeout.InfiniteTimeSpan;
        var left = until - DateTimeOffset.UtcNow;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Skip(HookEvent hook)
    {
        Log("INFO", "juju.worker.uniter", $"marking {hook.Name} as done without running it");
        var version = Unit.ReadConfig(c => c.Version);
        Unit.Change(unit =>
        {
            unit.Resolved = null;
            Unit.SetAgent(unit, "idle", "");
            HookCommit.Apply(unit, hook, version);
        });
    }

    /// <summary>Puts the charm's files in place, first or anew; the hook that follows is recorded with it.</summary>
    private void UnpackCharm()
    {
        var (old, target, first) = Unit.Read(u => (u.Unpacked ? u.Charm : null, u.Target ?? u.Charm, !u.Unpacked));
        Log("INFO", "juju.worker.uniter.charm", $"unpacking charm revision {target.Revision}");
        using var previous = old is null ? null : new CharmArchive(CharmFile(old));
        using var archive = new CharmArchive(CharmFile(target));
        CharmExtraction.Replace(
            previous, archive, _paths.CharmDirectory(Unit.Name), removeEmptied: !_machine.Read(m => m.IsThree));
        _charm = new Charm(_paths.CharmDirectory(Unit.Name));
        Unit.Change(unit =>
        {
            unit.Charm = target;
            unit.Target = null;
            unit.ForceUpgrade = false;
            unit.ResourcesChanged = false;
            unit.Unpacked = true;
            // In error state the interrupted hook is resumed and there is no upgrade-charm.
            unit.Operation ??= new PendingHook(new HookEvent(first ? "install" : "upgrade-charm"), HookStep.Queued);
        });
    }

    private string CharmFile(CharmReference charm) => $"{_paths.CharmCache}/{charm.Sha256}.charm";
}
