using Cassandra.Lab.Processes;
using Cassandra.Lab.Units;

namespace Cassandra.Lab.Images;

/// <summary>What a machine is made of, for who makes one otherwise than by booting a kernel.</summary>
internal static class MachineParts
{
    /// <summary>Makes what is absent. The root disk has one partition, at 1 MiB.</summary>
    public static async Task<IReadOnlyList<(string Part, string Path)>> EnsureAsync(Progress progress, CancellationToken ct = default)
    {
        await HostPackages.EnsureAsync(progress, ct);
        var cache = new ContentCache(LabPaths.Cache, progress);
        using var root = await new RootFileSystem(cache, progress).GetAsync([], ct);
        using var guest = await new GuestBinary(cache, progress).GetAsync(ct);
        return
        [
            ("root-disk", root.File(RootFileSystem.DiskImage)),
            ("guest-binary", guest.File(GuestBinary.Name)),
            ("package", (await CassandraPackage.StandInAsync(ct)).File),
        ];
    }
}
