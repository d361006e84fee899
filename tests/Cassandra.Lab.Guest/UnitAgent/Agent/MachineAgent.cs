using Cassandra.Lab.Guest.UnitAgent.Control;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>The machine's agent: its units' workers, the lock they share, and the control socket.</summary>
internal sealed class MachineAgent : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, UnitWorker> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly MachineLock _machineLock = new();
    private readonly HostServices _host;
    private readonly CancellationToken _stop;

    public MachineAgent(AgentPaths paths, MachineRecord machine, CancellationToken stop)
    {
        Paths = paths;
        Machine = machine;
        _host = new HostServices(paths);
        _stop = stop;
    }

    public AgentPaths Paths { get; }

    public MachineRecord Machine { get; }

    public IReadOnlyList<UnitWorker> Workers
    {
        get
        {
            lock (_lock)
                return [.. _workers.Values.OrderBy(w => w.Unit.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Serves until stopped; a hook that runs then is waited for, as systemd kills it with the control group.</summary>
    public async Task RunAsync()
    {
        Directory.CreateDirectory(Paths.UnitsDirectory);
        foreach (var directory in Directory.GetDirectories(Paths.UnitsDirectory).Where(d => File.Exists($"{d}/unit.json")))
            Start(UnitRecord.Load(Paths, directory));
        UnitFiles.Link(Paths.JujuExec);
        using var control = new SocketServer(Paths.ControlSocket, new ControlVerbs(this).AnswerAsync);
        using var terminate = _stop.Register(TerminateChildren);
        await Task.WhenAny(Task.Delay(Timeout.Infinite, _stop));
        Task[] running;
        lock (_lock)
            running = [.. _running.Values];
        await Task.WhenAll(running);
    }

    public void Dispose() => _machineLock.Dispose();

    public UnitWorker Start(UnitRecord unit)
    {
        var worker = new UnitWorker(Paths, Machine, _machineLock, _host, unit);
        worker.Recover();
        lock (_lock)
        {
            _workers[unit.Name] = worker;
            _running[unit.Name] = RunAfterAsync(_running.GetValueOrDefault(unit.Name, Task.CompletedTask), worker);
        }

        return worker;
    }

    /// <summary>A removed unit's files go when it is dead already: a new one of its name must not lose its own with them.</summary>
    private async Task RunAfterAsync(Task earlier, UnitWorker worker)
    {
        await earlier;
        await worker.RunAsync(_stop);
    }

    /// <summary>The workers of a unit, or of all units of an application.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public IReadOnlyList<UnitWorker> Find(string unitOrApplication)
    {
        var found = Workers
            .Where(w => w.Unit.Name == unitOrApplication || w.Unit.Name.Split('/')[0] == unitOrApplication)
            .ToList();
        return found.Count > 0
            ? found
            : throw new FormatException($"unit or application \"{unitOrApplication}\" not found on this machine");
    }

    public void WakeAll()
    {
        foreach (var worker in Workers)
            worker.Unit.Wake();
    }

    /// <summary>Without systemd nobody else would end a running hook.</summary>
    private void TerminateChildren()
    {
        if (!_host.IsContained)
            return;
        foreach (var worker in Workers)
            worker.Contexts.Terminate();
    }
}
