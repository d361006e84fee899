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

    private readonly Lazy<Task<Stage>> _stage =
        new(() => Stage.SetAsync(new MachineOptions(), Environment.GetEnvironmentVariable(PackageVariable)));

    /// <summary>What plays Cassandra.</summary>
    public async Task<CassandraPackage> PackageAsync() => (await _stage.Value).Package;

    /// <summary>The charm.</summary>
    public async Task<PackedCharm> CharmAsync() => (await _stage.Value).Charm;

    /// <summary>A machine to deploy on.</summary>
    public async Task<MachineOptions> EmptyMachineAsync() => (await _stage.Value).Machine;

    /// <summary>Machines with a unit.</summary>
    public async Task<PreparedUnits> PreparedAsync() => (await _stage.Value).Units;

    /// <summary>A volume that a unit has left.</summary>
    public async Task<LeftVolume> LeftVolumeAsync()
    {
        var stage = await _stage.Value;
        return await LeftVolume.EnsureAsync(stage.Units, stage.Package);
    }
}
