using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Units;

/// <summary>Machines with a deployed unit on them, as most stories begin. Each kind is made once per charm and package.</summary>
/// <param name="charm">The charm.</param>
/// <param name="package">What plays Cassandra.</param>
/// <param name="machine">What the machines are like.</param>
public sealed class PreparedUnits(PackedCharm charm, CassandraPackage package, MachineOptions machine)
{
    /// <summary>The volume that <see cref="FreshAsync"/>'s unit was given when it was deployed.</summary>
    public const string FirstVolume = "vol-00000081";

    /// <summary>The unit of <see cref="ServingAsync"/>.</summary>
    public const string ServingUnit = "cassandra/0";

    /// <summary>The unit of <see cref="FreshAsync"/>.</summary>
    public const string FreshUnit = "cassandra/5";

    private const string Knobs = "/etc/cassandra/stand-in.properties";
    private const int RowsAtFirst = 600;

    /// <summary>A machine where <c>cassandra/0</c>, deployed without a map, serves some data from its root disk: SSTables,
    /// compacted ones too, a snapshot's hard links, deleted rows. Its client has stopped.</summary>
    public async Task<MachineOptions> ServingAsync(CancellationToken ct = default) => machine with
    {
        Name = "machine-0",
        Preparation = await PreparationAsync("cassandra/0 serves from the root disk", ServeAsync, ct),
    };

    /// <summary>A machine where <c>cassandra/5</c> was deployed with a map that names <see cref="FirstVolume"/>, which is not
    /// attached: Cassandra is installed, under other user ids, and was never started.</summary>
    public async Task<MachineOptions> FreshAsync(CancellationToken ct = default) => machine with
    {
        Name = "machine-5",
        Preparation = await PreparationAsync("cassandra/5 waits for its volume", WaitAsync, ct),
    };

    private async Task<MachinePreparation> PreparationAsync(string what, Func<VirtualMachine, Task> prepare, CancellationToken ct) =>
        new(what, [charm.Hash, await package.HashAsync(ct), Recipe], prepare);

    // Raise it when what is done below changes.
    private const string Recipe = "1";

    private async Task ServeAsync(VirtualMachine machine)
    {
        await TurnKnobsAsync(machine);
        var unit = await CassandraUnit.DeployAsync(machine, ServingUnit, charm, package);
        await unit.ShowsAsync("active: serving from the root disk");
        await unit.Client.WriteAsync(RowsAtFirst);
        await unit.RunAsync("nodetool", "flush");
        await unit.RunAsync("nodetool", "snapshot", "-t", "before");
        await unit.Client.WriteAsync(RowsAtFirst / 10);
        await unit.ShowsAsync("active: serving from the root disk");
    }

    private async Task WaitAsync(VirtualMachine machine)
    {
        await TurnKnobsAsync(machine);
        // Takes the ids that Cassandra's user has on the other machine.
        await machine.RunAsync("adduser", ["--quiet", "--system", "--group", "--no-create-home", "somebody-else"], new() { Check = true });
        var unit = await CassandraUnit.DeployAsync(machine, FreshUnit, charm, package, new Dictionary<string, string>
        {
            [CassandraUnit.VolumeMap] = CassandraUnit.MapOf(FreshUnit, FirstVolume),
        });
        await unit.ShowsAsync($"waiting: {FirstVolume} is not attached; Cassandra has not been started");
    }

    // Little data must make many files: flushes, compactions, replaced statistics.
    private async Task TurnKnobsAsync(VirtualMachine machine)
    {
        if (package.IsStandIn)
            await machine.WriteFileAsync(Knobs, "memtable_kib=48\nstatistics_interval_ms=1000\n");
    }
}
