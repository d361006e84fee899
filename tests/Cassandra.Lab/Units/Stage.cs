using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Units;

/// <summary>What the charm's stories are played with: the packed charm, what plays Cassandra, machines with a unit on them.</summary>
public sealed record Stage(CassandraPackage Package, PackedCharm Charm, MachineOptions Machine, PreparedUnits Units)
{
    /// <summary>Packs the charm and builds the stand-in.</summary>
    /// <param name="options">What the machines are like.</param>
    /// <param name="package">A real package of Cassandra; null or empty: the stand-in.</param>
    public static async Task<Stage> SetAsync(MachineOptions options, string? package)
    {
        var plays = package is { Length: > 0 } ? CassandraPackage.Of(package) : await CassandraPackage.StandInAsync();
        var charm = await PackedCharm.EnsureAsync(options.Progress);
        var machine = options with { MemoryMiB = plays.MemoryMiB, ExtraPackages = plays.GuestPackages };
        return new Stage(plays, charm, machine, new PreparedUnits(charm, plays, machine));
    }

    /// <summary>Makes every machine and volume that a story may begin with, so that none has to wait for it.</summary>
    public async Task PrepareAsync(CancellationToken ct = default)
    {
        foreach (var machine in new[] { new MachineOptions(), await Units.ServingAsync(ct), await Units.FreshAsync(ct) })
            (await MachineSnapshot.EnsureAsync(machine, ct)).Dispose();
        await LeftVolume.EnsureAsync(Units, Package, ct);
    }
}
