using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Mounts;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>Who uses a disk, for people; that it is in use at all is the kernel's word (O_EXCL).</summary>
public sealed class DiskUse(MachinePaths paths, SysBlock block)
{
    /// <summary>Mounts of the disk or of a partition of it, in any mount namespace.</summary>
    public IReadOnlyList<Mount> MountsOf(Disk disk)
    {
        var names = NamesByDevice(disk);
        return [.. MountInfo.OfAll(paths).Where(mount => names.ContainsKey(DeviceOf(mount)))];
    }

    /// <summary>Users as noun phrases, e.g. <c>vdb1 is mounted at /mnt</c>; empty where none is seen.</summary>
    public IReadOnlyList<string> UsersOf(Disk disk)
    {
        var names = NamesByDevice(disk);
        return
        [
            .. MountsOf(disk)
                .Select(mount => $"{names[DeviceOf(mount)]} is mounted at {mount.Point}").Distinct(),
            .. Swaps().Where(swap => names.ContainsKey(swap)).Select(swap => $"{names[swap]} is used as swap space"),
            .. block.HoldersOfAll(disk.Name).Select(h => $"it is part of {block.FriendlyName(h)}"),
            .. LoopsInUse(disk).Select(loop => $"{disk.Name} is what {loop} is a loop device over"),
        ];
    }

    /// <summary>The one use that the kernel lets anybody write beside.</summary>
    public bool IsUnderLoop(Disk disk) => LoopsInUse(disk).Any();

    /// <summary>Without those that the charm's own look leaves for a moment, until udev lets go of them: read-only and mounted nowhere.</summary>
    private IEnumerable<string> LoopsInUse(Disk disk) => block.LoopsOver(disk.Name).Where(loop =>
        block.Find(loop) is { } found && (!found.IsReadOnly || MountsOf(found).Count > 0));

    /// <summary>Kernel names of the disk, its partitions and what is built on them.</summary>
    private Dictionary<DeviceNumber, string> NamesByDevice(Disk disk)
    {
        var names = new Dictionary<DeviceNumber, string>();
        Add(disk, names);
        return names;
    }

    private void Add(Disk disk, Dictionary<DeviceNumber, string> names)
    {
        if (!names.TryAdd(new DeviceNumber((uint)disk.Pin.Major, (uint)disk.Pin.Minor), block.FriendlyName(disk.Name)))
            return;
        foreach (var partition in block.Partitions(disk.Name))
            names.TryAdd(partition.Device, partition.Name);
        foreach (var holder in block.HoldersOfAll(disk.Name).Select(block.Find).OfType<Disk>())
            Add(holder, names);
    }

    private IEnumerable<DeviceNumber> Swaps() =>
        File.ReadLines($"{paths.Proc}/swaps").Skip(1).Select(line => DeviceAt(line.Split(' ', '\t')[0]));

    /// <summary>btrfs shows an anonymous number (major 0) of its own; then the name given at mounting tells.</summary>
    private static DeviceNumber DeviceOf(Mount mount) => mount.Device.Major == 0 ? DeviceAt(mount.Source) : mount.Device;

    /// <summary>The device that a path names; 0:0 where it names none.</summary>
    private static DeviceNumber DeviceAt(string path) =>
        path.StartsWith('/') && DeviceNode.Resolve(path) is { } device ? device : default;
}
