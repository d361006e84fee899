using Cassandra.Lab.Guest.UnitAgent.Wire;
using Cassandra.Lab.Juju;
using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Units;

/// <summary>A unit of the charm on a virtual machine, with what an operator does to it and sees of it.</summary>
public sealed class CassandraUnit
{
    /// <summary>The option that says which unit owns which volume.</summary>
    public const string VolumeMap = "volume-map";

    private static readonly TimeSpan StatusLimit = TimeSpan.FromMinutes(3);

    /// <summary>All units of a test live in one model, as the volumes that they hand over do.</summary>
    private const string ModelUuid = "5e8a2c1e-6a53-4c0b-8a1f-0f6f0d6a7c11";

    private readonly int _slowness;

    private CassandraUnit(VirtualMachine machine, Unit juju, int slowness)
    {
        Machine = machine;
        Juju = juju;
        Client = WritingClient.Of(machine);
        _slowness = slowness;
    }

    /// <summary>Its machine.</summary>
    public VirtualMachine Machine { get; }

    /// <summary>What Juju knows of it.</summary>
    public Unit Juju { get; }

    /// <summary>Who uses the database meanwhile.</summary>
    public WritingClient Client { get; private set; }

    /// <summary>As in <c>cassandra/0</c>.</summary>
    public string Name => Juju.Name;

    /// <summary>Deploys it; no hook has run yet when this returns.</summary>
    public static async Task<CassandraUnit> DeployAsync(
        VirtualMachine machine, string name, PackedCharm charm, CassandraPackage package,
        IReadOnlyDictionary<string, string>? config = null, CancellationToken ct = default)
    {
        var options = new UnitOptions
        {
            Leader = true,
            MachineId = machine.Name[(machine.Name.LastIndexOf('-') + 1)..],
            ModelUuid = ModelUuid,
            Resources = new Dictionary<string, string> { ["cassandra-package"] = package.File },
        };
        var unit = await Unit.DeployAsync(machine, charm.File, name, config, options, ct);
        return new CassandraUnit(machine, unit, package.Slowness);
    }

    /// <summary>A unit that is on the machine already.</summary>
    public static CassandraUnit On(VirtualMachine machine, string name, CassandraPackage package) =>
        new(machine, Unit.Attach(machine, name), package.Slowness);

    /// <summary><c>juju config cassandra volume-map='{cassandra/0: ID}'</c>; null empties the map.</summary>
    public Task MapAsync(string? volume) => ConfigureAsync(VolumeMap, volume is null ? "" : MapOf(Name, volume));

    /// <summary><c>juju config cassandra KEY=VALUE</c>.</summary>
    public Task ConfigureAsync(string key, string value) => Juju.ConfigureAsync((key, value));

    /// <summary>The text of a map with one entry.</summary>
    public static string MapOf(string unit, string volume) => $"{{{unit}: {volume}}}";

    /// <summary>Waits until nothing runs and the status, as "state: message", begins like this.</summary>
    /// <exception cref="UnitException">It does not come, or a hook fails.</exception>
    public async Task<UnitStatus> ShowsAsync(string status, TimeSpan? limit = null, CancellationToken ct = default)
    {
        var shown = await Juju.WaitForStatusAsync(
            s => s.Agent.State == "error" || (s.Idle && Line(s).StartsWith(status, StringComparison.Ordinal)),
            (limit ?? StatusLimit) * _slowness, ct);
        return shown.Agent.State == "error" ? await Juju.WaitForIdleAsync(ct: ct) : shown;
    }

    /// <summary>The status as "state: message", as soon as nothing runs.</summary>
    public async Task<string> StatusAsync(CancellationToken ct = default) =>
        Line(await Juju.WaitForIdleAsync(StatusLimit * _slowness, ct));

    /// <summary>"state: message".</summary>
    public static string Line(UnitStatus status) => $"{status.State}: {status.Message}";

    /// <summary>The client of a unit that is gone now uses this one, and remembers all that was acknowledged there.</summary>
    public async Task TakeClientOfAsync(CassandraUnit gone) => Client = await gone.Client.MoveToAsync(Machine);

    /// <summary>Runs a program on the machine that must succeed; its standard output.</summary>
    public async Task<string> RunAsync(string program, params string[] arguments) =>
        (await Machine.RunAsync(program, arguments, new() { Check = true })).StdOut;
}
