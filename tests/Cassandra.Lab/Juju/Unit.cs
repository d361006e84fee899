using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Cassandra.Lab.Guest.UnitAgent.Wire;
using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Juju;

/// <summary>A deployed unit, as an operator sees it through Juju.</summary>
public sealed class Unit
{
    /// <summary>How long one look waits for a change; short, so that a machine that vanishes is noticed.</summary>
    private const int LookSeconds = 5;

    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(3);

    private readonly IJujuMachine _machine;

    private Unit(IJujuMachine machine, string name)
    {
        _machine = machine;
        Name = name;
    }

    public string Name { get; }

    /// <summary>Deploys the charm; returns when the agent has accepted it, before any hook has run.</summary>
    /// <exception cref="UnitException">The agent refused: the charm, an option, the name.</exception>
    public static async Task<Unit> DeployAsync(
        IJujuMachine machine,
        string charmFile,
        string name,
        IReadOnlyDictionary<string, string>? config = null,
        UnitOptions? options = null,
        CancellationToken ct = default)
    {
        options ??= UnitOptions.Default;
        List<string> arguments = ["--charm", await machine.BringAsync(charmFile, ct), "--unit", name];
        foreach (var (resource, file) in options.Resources)
            arguments.AddRange(["--resource", $"{resource}={await machine.BringAsync(file, ct)}"]);
        if (options.Leader)
            arguments.Add("--leader");
        if (options.MachineId is not null)
            arguments.AddRange(["--machine-id", options.MachineId]);
        if (options.ModelUuid is not null)
            arguments.AddRange(["--model-uuid", options.ModelUuid]);
        if (config is { Count: > 0 })
            arguments.Add("--config-json-input");
        var unit = new Unit(machine, name);
        await unit.DoAsync("deploy", arguments, ConfigInput(config ?? new Dictionary<string, string>()), ct);
        return unit;
    }

    /// <inheritdoc cref="DeployAsync(IJujuMachine, string, string, IReadOnlyDictionary{string, string}?, UnitOptions?, CancellationToken)"/>
    public static Task<Unit> DeployAsync(
        VirtualMachine machine,
        string charmFile,
        string name,
        IReadOnlyDictionary<string, string>? config = null,
        UnitOptions? options = null,
        CancellationToken ct = default) =>
        DeployAsync(new VirtualMachineJuju(machine), charmFile, name, config, options, ct);

    /// <summary>A unit deployed earlier.</summary>
    public static Unit Attach(VirtualMachine machine, string name) => new(new VirtualMachineJuju(machine), name);

    /// <summary>A unit deployed earlier.</summary>
    public static Unit Attach(IJujuMachine machine, string name) => new(machine, name);

    /// <summary>`juju config`, for every unit of the application on the machine; values may be large.</summary>
    /// <exception cref="UnitException">An unknown option, or a value of another type.</exception>
    public Task ConfigureAsync(params (string Key, string Value)[] values) =>
        DoAsync("config", [Application, "--json-input"], ConfigInput(values.ToDictionary(v => v.Key, v => v.Value)));

    /// <summary>Back to the charm's defaults.</summary>
    public Task ResetConfigAsync(params string[] keys) => DoAsync("config", [Application, "--reset", string.Join(',', keys)]);

    public async Task<UnitStatus> StatusAsync(CancellationToken ct = default) =>
        Parse(await AskAsync("status", [Name], ct), WireJson.Relaxed.UnitStatus);

    /// <summary>Every status ever set, by the charm ("workload") and the agent ("agent").</summary>
    public async Task<IReadOnlyList<StatusEntry>> StatusHistoryAsync(CancellationToken ct = default) =>
        Parse(await AskAsync("status-history", [Name], ct), WireJson.Relaxed.IReadOnlyListStatusEntry);

    /// <summary>The hooks, actions and commands that ended, oldest first (the last hundred).</summary>
    public async Task<IReadOnlyList<HookRun>> RunsAsync(CancellationToken ct = default) =>
        Parse(await AskAsync("runs", [Name], ct), WireJson.Relaxed.IReadOnlyListHookRun);

    public Task<string> LogAsync(CancellationToken ct = default) => AskAsync("log", [Name], ct);

    /// <summary>Waits for a status that satisfies the condition; the whole unit's story is in the exception if none comes.</summary>
    public Task<UnitStatus> WaitForStatusAsync(
        Func<UnitStatus, bool> condition, TimeSpan timeout, CancellationToken ct = default) =>
        WaitAsync(condition, "the expected status did not come", timeout, ct);

    /// <summary>Waits until no hook or action runs or is due.</summary>
    /// <exception cref="UnitException">A hook is in error, or the time is up.</exception>
    public async Task<UnitStatus> WaitForIdleAsync(TimeSpan? timeout = null, CancellationToken ct = default)
    {
        var status = await WaitAsync(
            s => s.Idle || s.InError, "the unit did not become idle", timeout ?? IdleLimit, ct);
        return status.Idle ? status : throw await DiagnosisAsync($"hook \"{status.PendingHook}\" failed", status, ct);
    }

    /// <summary>Each new status line of the charm as it is set, from now on.</summary>
    public async IAsyncEnumerable<StatusEntry> WatchAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        var seen = (await StatusHistoryAsync(ct)).Count;
        while (true)
        {
            var later = Parse(
                await AskAsync("status-history", [Name, "--skip", Text(seen), "--timeout", Text(LookSeconds)], ct),
                WireJson.Relaxed.IReadOnlyListStatusEntry);
            seen += later.Count;
            foreach (var entry in later.Where(e => e.Kind == "workload"))
                yield return entry;
        }
    }

    /// <summary>`juju run`: waits for the action's end, whether it completed or failed.</summary>
    /// <exception cref="UnitException">The action does not exist or its parameters are refused.</exception>
    public async Task<ActionResult> RunActionAsync(string action, params (string Key, string Value)[] parameters)
    {
        var reply = await _machine.JujuAsync("run", [Name, action, .. parameters.Select(p => $"{p.Key}={p.Value}")], null, default);
        return reply.Output.Length > 0
            ? Parse(reply.Output, WireJson.Relaxed.ActionResult)
            : throw new UnitException($"juju run {Name} {action}: {reply.Error}");
    }

    /// <summary>Dispatches one event now and waits for that run, which may have failed.</summary>
    public async Task<HookRun> HookAsync(string hook, CancellationToken ct = default)
    {
        var reply = await _machine.JujuAsync("hook", [Name, hook], null, ct);
        return reply.Output.Length > 0
            ? Parse(reply.Output, WireJson.Relaxed.HookRun)
            : throw new UnitException($"juju hook {Name} {hook}: {reply.Error}");
    }

    /// <summary>`juju refresh --path`.</summary>
    public async Task RefreshAsync(string charmFile, bool forceUnits = false, CancellationToken ct = default)
    {
        List<string> arguments = [Application, "--charm", await _machine.BringAsync(charmFile, ct)];
        if (forceUnits)
            arguments.Add("--force-units");
        await DoAsync("refresh", arguments, ct: ct);
    }

    public async Task AttachResourceAsync(string resource, string file, CancellationToken ct = default) =>
        await DoAsync("attach-resource", [Application, $"{resource}={await _machine.BringAsync(file, ct)}"], ct: ct);

    /// <summary>`juju resolved`, with or without running the failed hook again.</summary>
    public Task ResolveAsync(bool retry = true) => DoAsync("resolve", retry ? [Name] : [Name, "--no-retry"]);

    public Task SetLeaderAsync(bool leader) => DoAsync("leader", [Name, leader ? "true" : "false"]);

    /// <summary>The other units that goal-state shows, with their status ("active", "dying", …).</summary>
    public Task SetGoalStateAsync(params (string Unit, string Status)[] units) =>
        DoAsync("goal-state", [Name, .. units.Select(u => $"{u.Unit}={u.Status}")]);

    /// <summary>A setting of the model or machine: zone, address, update-status-interval, retry-base, ….</summary>
    public Task SetModelAsync(string key, string value) => DoAsync("model", [$"{key}={value}"]);

    /// <summary>Another unit of an endpoint joins, or its settings change.</summary>
    public Task SetRemoteAsync(string endpoint, string remoteUnit, params (string Key, string Value)[] settings) =>
        DoAsync("remote-set", [Name, endpoint, remoteUnit, .. settings.Select(s => $"{s.Key}={s.Value}")]);

    /// <summary>The same with all its settings: those that are not among these are gone.</summary>
    internal Task ReplaceRemoteAsync(string endpoint, string remoteUnit, IReadOnlyDictionary<string, string> settings, CancellationToken ct) =>
        DoAsync("remote-set", [Name, endpoint, remoteUnit, .. settings.Select(s => $"{s.Key}={s.Value}"), "--replace"], ct: ct);

    /// <summary>What the leader has written into the peer relation.</summary>
    internal Task SetApplicationAsync(string endpoint, IReadOnlyDictionary<string, string> settings, CancellationToken ct) =>
        DoAsync("application-set", [Name, endpoint, .. settings.Select(s => $"{s.Key}={s.Value}")], ct: ct);

    /// <summary>What the unit has written into a relation; waits for a change after <paramref name="since"/>.</summary>
    internal async Task<RelationSides> RelationAsync(string endpoint, long? since = null, int seconds = 0, CancellationToken ct = default) =>
        RelationSides.Parse(await AskAsync(
            "relation-show", since is { } number ? [Name, endpoint, "--since", Text(number), "--timeout", Text(seconds)] : [Name, endpoint], ct));

    public Task DepartRemoteAsync(string endpoint, string remoteUnit) => DoAsync("remote-depart", [Name, endpoint, remoteUnit]);

    /// <summary>`juju remove-unit`: waits until stop and remove have run and the unit's directories are gone.</summary>
    public async Task RemoveAsync(TimeSpan? timeout = null, CancellationToken ct = default)
    {
        await DoAsync("remove-unit", [Name], ct: ct);
        var status = await WaitAsync(
            s => s.Life == "dead" || s.InError, "the unit was not removed", timeout ?? IdleLimit, ct);
        if (status.Life != "dead")
            throw await DiagnosisAsync($"hook \"{status.PendingHook}\" failed", status, ct);
    }

    private string Application => Name[..Name.IndexOf('/')];

    private async Task<UnitStatus> WaitAsync(
        Func<UnitStatus, bool> condition, string fault, TimeSpan timeout, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var status = await StatusAsync(ct);
        while (!condition(status))
        {
            if (clock.Elapsed > timeout)
                throw await DiagnosisAsync($"{fault} within {timeout.TotalSeconds:F0} s", status, ct);
            status = Parse(
                await AskAsync("status", [Name, "--since", Text(status.Sequence), "--timeout", Text(LookSeconds)], ct),
                WireJson.Relaxed.UnitStatus);
        }

        return status;
    }

    private async Task<UnitException> DiagnosisAsync(string what, UnitStatus status, CancellationToken ct) =>
        UnitException.Of($"{Name}: {what}", status, await StatusHistoryAsync(ct), await LogAsync(ct));

    private async Task DoAsync(string verb, IReadOnlyList<string> arguments, string? input = null, CancellationToken ct = default)
    {
        var reply = await _machine.JujuAsync(verb, arguments, input, ct);
        if (reply.ExitCode != 0)
            throw new UnitException($"juju {verb} {string.Join(' ', arguments)}: {reply.Error}");
    }

    private async Task<string> AskAsync(string verb, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var reply = await _machine.JujuAsync(verb, arguments, null, ct);
        return reply.ExitCode == 0
            ? reply.Output
            : throw new UnitException($"juju {verb} {string.Join(' ', arguments)}: {reply.Error}");
    }

    /// <summary>By standard input: an argument is limited to 128 KiB, a configuration value is not.</summary>
    private static string ConfigInput(IReadOnlyDictionary<string, string> values) =>
        new JsonObject(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value))).ToJsonString();

    private static T Parse<T>(string json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new UnitException("the agent answered null");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
