using System.Text.Json;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Model;

/// <summary>One unit's document: each change is on disk before it counts, and wakes who waits for it.</summary>
internal sealed class UnitRecord
{
    private const int RunsKept = 100;

    private readonly Lock _lock = new();
    private readonly AgentPaths _paths;
    private readonly UnitDocument _unit;
    private readonly ConfigDocument _config;
    private readonly List<HookRun> _runs;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private UnitRecord(AgentPaths paths, UnitDocument unit, ConfigDocument config)
    {
        _paths = paths;
        _unit = unit;
        _config = config;
        Sequence = 1;
        _runs = [.. JsonLines.Read(paths.HookHistory(unit.Name), WireJson.Relaxed.HookRun).TakeLast(RunsKept)];
    }

    public string Name => _unit.Name;

    public long Sequence { get; private set; }

    /// <summary>The unit waits for another one's hook. Not durable.</summary>
    public bool WaitsForMachine
    {
        get;
        set
        {
            lock (_lock)
            {
                field = value;
                Signal();
            }
        }
    }

    public static UnitRecord Create(AgentPaths paths, UnitDocument unit, ConfigDocument config)
    {
        var record = new UnitRecord(paths, unit, config);
        record.SaveConfig();
        record.Save();
        return record;
    }

    public static UnitRecord Load(AgentPaths paths, string directory)
    {
        var unit = JsonSerializer.Deserialize(File.ReadAllBytes($"{directory}/unit.json"), ModelJson.Default.UnitDocument)!;
        var config = JsonSerializer.Deserialize(
            File.ReadAllBytes(paths.ConfigDocument(unit.Name)), ModelJson.Default.ConfigDocument)!;
        return new UnitRecord(paths, unit, config);
    }

    public T Read<T>(Func<UnitDocument, T> read)
    {
        lock (_lock)
            return read(_unit);
    }

    public T ReadConfig<T>(Func<ConfigDocument, T> read)
    {
        lock (_lock)
            return read(_config);
    }

    public void Change(Action<UnitDocument> change)
    {
        lock (_lock)
        {
            change(_unit);
            Save();
        }
    }

    public void ChangeConfig(Action<ConfigDocument> change)
    {
        lock (_lock)
        {
            change(_config);
            _config.Version++;
            SaveConfig();
            Signal();
        }
    }

    /// <summary>Sets the workload's status at once, as status-set does, and keeps it in the history.</summary>
    public void SetWorkload(string state, string message) => Change(unit =>
    {
        unit.Workload = new StatusEntry(state, message, DateTimeOffset.UtcNow);
        JsonLines.Append(
            _paths.StatusHistory(Name), unit.Workload with { Kind = "workload" }, WireJson.Relaxed.StatusEntry);
    });

    public void SetAgent(string state, string message) => Change(unit => SetAgent(unit, state, message));

    /// <summary>For use inside <see cref="Change"/>.</summary>
    public void SetAgent(UnitDocument unit, string state, string message)
    {
        if (unit.Agent.State == state && unit.Agent.Message == message)
            return;
        unit.Agent = new StatusEntry(state, message, DateTimeOffset.UtcNow);
        JsonLines.Append(_paths.StatusHistory(Name), unit.Agent with { Kind = "agent" }, WireJson.Relaxed.StatusEntry);
    }

    /// <summary>For use inside <see cref="Change"/>: an action or command in between does not end a hook's error.</summary>
    public void ShowError(UnitDocument unit)
    {
        if (unit.Operation is { Step: HookStep.Pending } failed)
            SetAgent(unit, "error", $"hook failed: \"{failed.Hook.Name}\"");
    }

    /// <summary>For use inside <see cref="Change"/>: notes a finished run.</summary>
    public void FinishRun(UnitDocument unit, HookRun run)
    {
        unit.Running = null;
        _runs.Add(run);
        if (_runs.Count > RunsKept)
            _runs.RemoveAt(0);
        JsonLines.Append(_paths.HookHistory(Name), run, WireJson.Relaxed.HookRun);
    }

    public IReadOnlyList<HookRun> Runs()
    {
        lock (_lock)
            return [.. _runs];
    }

    public IReadOnlyList<StatusEntry> StatusHistory()
    {
        lock (_lock)
            return JsonLines.Read(_paths.StatusHistory(Name), WireJson.Relaxed.StatusEntry);
    }

    /// <summary>Ends when the sequence has passed <paramref name="sequence"/>, or after the timeout.</summary>
    public async Task WaitForChangeAsync(long sequence, TimeSpan timeout)
    {
        Task changed;
        lock (_lock)
        {
            if (Sequence > sequence)
                return;
            changed = _changed.Task;
        }

        await Task.WhenAny(changed, Task.Delay(timeout));
    }

    /// <summary>Wakes who waits although the document is unchanged (a timer, a command, a shutdown).</summary>
    public void Wake()
    {
        lock (_lock)
            Signal();
    }

    private void Save()
    {
        DurableFile.Write(_paths.UnitDocument(Name), JsonSerializer.SerializeToUtf8Bytes(_unit, ModelJson.Default.UnitDocument));
        Signal();
    }

    private void SaveConfig() => DurableFile.Write(
        _paths.ConfigDocument(Name), JsonSerializer.SerializeToUtf8Bytes(_config, ModelJson.Default.ConfigDocument));

    private void Signal()
    {
        Sequence++;
        _changed.TrySetResult();
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
