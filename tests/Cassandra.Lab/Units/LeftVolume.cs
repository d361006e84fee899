using Cassandra.Lab.Images;
using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Units;

/// <summary>
/// A volume as a unit leaves it when its service is destroyed: Cassandra's data under a record that says "released". Made
/// once per charm and package, by a unit that moved its data there, served, and was removed.
/// </summary>
/// <param name="Image">The raw image; not to be changed, only copied.</param>
/// <param name="ClientRecord">What the client of that unit was told is written.</param>
public sealed record LeftVolume(string Image, byte[] ClientRecord)
{
    private const string ImageFile = "volume.raw";
    private const string RecordFile = "acknowledged";
    private const long Bytes = 400L << 20;
    private const int Kept = 4;

    /// <summary>Takes it from the cache or makes it.</summary>
    /// <param name="units">Where the unit comes from.</param>
    /// <param name="package">What plays Cassandra.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<LeftVolume> EnsureAsync(PreparedUnits units, CassandraPackage package, CancellationToken ct = default)
    {
        var serving = await units.ServingAsync(ct);
        var cache = new ContentCache(LabPaths.Cache, serving.Progress);
        // Never disposed: it must not be pruned while this process lives.
        var entry = await cache.GetAsync("volume", ContentCache.Key(serving.Preparation!.Inputs), directory =>
            serving.Progress.StepAsync("preparing a volume that a unit has left", _ => MakeAsync(directory, serving, package, ct)), ct);
        cache.Prune("volume", Kept);
        return new LeftVolume(entry.File(ImageFile), await File.ReadAllBytesAsync(entry.File(RecordFile), ct));
    }

    /// <summary>A volume of its own with this content.</summary>
    public Task<Disk> CopyAsync(string path, DiskBus bus) => Disk.CopyOfAsync(Image, path, bus);

    private static async Task MakeAsync(string directory, MachineOptions serving, CassandraPackage package, CancellationToken ct)
    {
        await using var machine = await VirtualMachine.StartAsync(serving, ct);
        var unit = CassandraUnit.On(machine, PreparedUnits.ServingUnit, package);
        var disk = await Disk.CreateAsync(
            Path.Combine(directory, ImageFile), Bytes, new DiskBus.VirtioBlk(PreparedUnits.FirstVolume), ct: ct);
        await machine.AttachAsync(disk, ct);
        await unit.MapAsync(PreparedUnits.FirstVolume);
        await unit.ShowsAsync($"active: serving from {PreparedUnits.FirstVolume}", ct: ct);
        await unit.Client.WriteAsync(rows: 50, ct);
        await unit.Juju.RemoveAsync(ct: ct);
        await machine.DetachAsync(disk, ct);
        await File.WriteAllBytesAsync(Path.Combine(directory, RecordFile), await unit.Client.ReadRecordAsync(ct), ct);
    }
}
