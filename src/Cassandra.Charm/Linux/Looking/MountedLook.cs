using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Mounts;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>Looks at a volume where it is mounted: a few small reads, no process, no other disk.</summary>
internal sealed class MountedLook(MachinePaths paths, SysBlock block)
{
    private readonly RoomLook _room = new(paths, block);

    /// <summary>Mounts below the directory of the charm's mount points, each with its disk.</summary>
    internal IReadOnlyList<(Mount Mount, Disk Disk)> All() =>
        [.. MountInfo.OfSelf(paths).Where(IsOurs)
            .Select(mount => (Mount: mount, Disk: block.DiskOf(mount.Device))).Where(pair => pair.Disk is not null)
            .Select(pair => (pair.Mount, pair.Disk!))];

    /// <summary>Where the charm mounted this disk; null where it did not.</summary>
    internal Mount? MountOf(Disk disk) =>
        All().Where(pair => pair.Disk.Name == disk.Name).Select(pair => pair.Mount).FirstOrDefault();

    /// <summary>What the mounted filesystem holds.</summary>
    internal VolumeSight Look(Disk disk, Mount mount)
    {
        if (Identify(disk, mount) is not { } filesystem)
            return new VolumeSight.Unusable(disk.Name, $"{disk.Name} is mounted at {mount.Point} and holds no filesystem known",
                $"unmount {mount.Point}");
        if (mount.IsReadOnly)
            return new VolumeSight.Unusable(disk.Name, $"{mount.Point} is mounted read-only",
                "see dmesg for the error that made it so, then unmount it");
        var sight = TableJudge.SightOf(FilesystemContent.Read(mount.Point, filesystem.Type), disk, filesystem);
        return sight is VolumeSight.Recorded recorded
            ? _room.Into(recorded with { IsMounted = mount.Point == recorded.Place.MountPoint, Space = SpaceOf(mount.Point) }, disk, mount)
            : sight;
    }

    /// <summary>The filesystem's identifiers from the mounted device itself.</summary>
    internal Filesystem? Identify(Disk disk, Mount mount)
    {
        // Through the page cache: the kernel keeps these sectors while the disk is in use, and nobody changes them.
        using var whole = OpenDevice.ThroughCache(paths.NodeOf(disk));
        if (whole.Number == mount.Device)
            return Superblock.Read(whole, 0) is { } bare ? new Filesystem(bare.Type, bare.Uuid, null) : null;
        var partition = block.Partitions(disk.Name).FirstOrDefault(p => p.Device == mount.Device);
        if (partition?.Start is not { } start || Superblock.Read(whole, start) is not { } superblock)
            return null;
        // The other copy, where the charm was cut while it wrote the first one anew.
        var entry = (Gpt.Primary(whole) ?? Gpt.Backup(whole))?.Partitions.FirstOrDefault(p => p.Number == partition.Number && p.Start == start);
        return new Filesystem(superblock.Type, superblock.Uuid, entry?.Uuid);
    }

    private static bool IsOurs(Mount mount) =>
        mount.Root == "/" && mount.Point.StartsWith(Core.Places.Mounts.Root + "/", StringComparison.Ordinal);

    private static Space SpaceOf(string point)
    {
        var drive = new DriveInfo(point);
        return new Space(drive.TotalSize - drive.TotalFreeSpace, drive.TotalSize);
    }
}
