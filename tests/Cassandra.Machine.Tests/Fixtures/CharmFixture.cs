using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

[assembly: AssemblyFixture(typeof(Cassandra.Machine.Tests.CharmFixture))]

namespace Cassandra.Machine.Tests;

/// <summary>
/// The packed charm, what plays Cassandra, and machines on which a unit of it is deployed already. Made when the first
/// test asks for them.
/// </summary>
public sealed class CharmFixture
{
    /// <summary>Names a real package of Cassandra to be used instead of the stand-in.</summary>
    public const string PackageVariable = "CASSANDRA_PACKAGE";

    private readonly Lazy<Task<Parts>> _parts = new(() => MakeAsync(new MachineOptions()));

    /// <summary>What plays Cassandra.</summary>
    public async Task<CassandraPackage> PackageAsync() => (await _parts.Value).Package;

    /// <summary>The charm.</summary>
    public async Task<PackedCharm> CharmAsync() => (await _parts.Value).Charm;

    /// <summary>A machine to deploy on.</summary>
    public async Task<MachineOptions> EmptyMachineAsync() => (await _parts.Value).Machine;

    /// <summary>Machines with a unit.</summary>
    public async Task<PreparedUnits> PreparedAsync() => (await _parts.Value).Units;

    /// <summary>A volume that a unit has left.</summary>
    public async Task<LeftVolume> LeftVolumeAsync()
    {
        var parts = await _parts.Value;
        return await LeftVolume.EnsureAsync(parts.Units, parts.Package);
    }

    private static async Task<Parts> MakeAsync(MachineOptions options)
    {
        var given = Environment.GetEnvironmentVariable(PackageVariable);
        var package = given is { Length: > 0 } ? CassandraPackage.Of(given) : await CassandraPackage.StandInAsync();
        var charm = await PackedCharm.EnsureAsync(options.Progress);
        var machine = options with { MemoryMiB = package.MemoryMiB, ExtraPackages = package.GuestPackages };
        return new Parts(package, charm, machine, new PreparedUnits(charm, package, machine));
    }

    private sealed record Parts(CassandraPackage Package, PackedCharm Charm, MachineOptions Machine, PreparedUnits Units);
}
