using System.Globalization;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>The block devices as sysfs shows them: no device node is opened, no process started.</summary>
/// <param name="paths">Where sysfs is.</param>
public sealed class SysBlock(MachinePaths paths)
{
    private const int SectorSize = 512; // sysfs counts in these whatever the disk's own sectors are

    private string Root => $"{paths.Sys}/block";

    /// <summary>Every whole disk with a medium in it, candidates or not.</summary>
    public IReadOnlyList<Disk> WholeDisks() =>
        [.. Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .Select(name => Find(name!)).OfType<Disk>()];

    /// <summary>One whole disk; null where there is none of this name, or no medium in it.</summary>
    public Disk? Find(string name)
    {
        var directory = new SysDirectory($"{Root}/{name}");
        if (directory.Text("dev") is not { } number || directory.Number("size") is not (> 0 and var sectors)
            || directory.Text("hidden") == "1")
        {
            return null;
        }

        var identity = DiskIdentity.Read(directory, name, paths);
        var device = ParseDevice(number);
        return new Disk
        {
            Name = name,
            Pin = new DiskPin((int)device.Major, (int)device.Minor, (ulong)(directory.Number("diskseq") ?? 0),
                sectors * SectorSize, identity.Serial),
            Identities = identity.All,
            Model = identity.Model,
            Lun = identity.Lun,
            MultipathMap = Holders(name).FirstOrDefault(IsMultipathMap),
            IsReadOnly = directory.Text("ro") == "1",
            IsCandidate = directory.Text("removable") != "1" && (!IsVirtual(name) || IsMultipathMap(name)),
        };
    }

    /// <summary>The whole disk that a device is, or is a partition of; null for what is no disk (0:n, network).</summary>
    public Disk? DiskOf(DeviceNumber device)
    {
        var link = $"{paths.Sys}/dev/block/{device}";
        if (new DirectoryInfo(link).ResolveLinkTarget(returnFinalTarget: true) is not { } target)
            return null;
        var isPartition = File.Exists(Path.Combine(target.FullName, "partition"));
        return Find(isPartition ? Path.GetFileName(Path.GetDirectoryName(target.FullName)!) : target.Name);
    }

    /// <summary>The disk that was pinned.</summary>
    /// <exception cref="EffectFailedException">It is gone, or another disk has its number now.</exception>
    public Disk Require(DiskPin pin) =>
        DiskOf(new DeviceNumber((uint)pin.Major, (uint)pin.Minor)) is { } disk && disk.Pin == pin
            ? disk
            : throw new EffectFailedException("the disk was detached, or another one took its place");

    /// <summary>The kernel's partitions of a disk; of a multipath map: the maps that kpartx made on it.</summary>
    public IReadOnlyList<DiskPartition> Partitions(string disk)
    {
        var found = new List<DiskPartition>();
        foreach (var path in Directory.EnumerateDirectories($"{Root}/{disk}", disk + "*"))
        {
            var directory = new SysDirectory(path);
            if (directory.Number("partition") is { } number)
                found.Add(Partition(directory, Path.GetFileName(path), (int)number, directory.Number("start") ?? 0));
        }

        foreach (var holder in Holders(disk))
        {
            var directory = new SysDirectory($"{Root}/{holder}");
            if (MappedPartitionNumber(directory) is { } number)
                found.Add(Partition(directory, holder, number, StartSector: null));
        }

        return found;
    }

    /// <summary>Devices built on a disk or on one of its partitions: LVM, RAID, dm-crypt, bcache, multipath.</summary>
    public IReadOnlyList<string> HoldersOfAll(string disk) =>
        [.. Partitions(disk).SelectMany(partition => Holders(partition.Name, disk)).Concat(Holders(disk)).Distinct()];

    /// <summary>
    /// Loop devices over a disk or one of its partitions. The kernel shows them as no holder and lets others open the disk
    /// exclusively beside them (measured, Linux 6.18): whoever has them mounted would be written over.
    /// </summary>
    public IReadOnlyList<string> LoopsOver(string disk)
    {
        HashSet<string> files = [$"{paths.Dev}/{disk}", .. Partitions(disk).Select(partition => $"{paths.Dev}/{partition.Name}")];
        return [.. Names(Root).Where(name => name.StartsWith("loop", StringComparison.Ordinal)
            && new SysDirectory($"{Root}/{name}").Text("loop/backing_file") is { } file && files.Contains(file))];
    }

    /// <summary>What device-mapper calls a device, e.g. <c>vg0-data</c>; the kernel name for others.</summary>
    public string FriendlyName(string disk) => new SysDirectory($"{Root}/{disk}").Text("dm/name") ?? disk;

    /// <summary>The number in a sysfs or mountinfo text such as <c>253:16</c>.</summary>
    internal static DeviceNumber ParseDevice(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new DeviceNumber(
            uint.Parse(text.AsSpan(0, colon), CultureInfo.InvariantCulture),
            uint.Parse(text.AsSpan(colon + 1), CultureInfo.InvariantCulture));
    }

    private static DiskPartition Partition(SysDirectory directory, string name, int number, long? StartSector) =>
        new(name, number, ParseDevice(directory.Text("dev")!), StartSector * SectorSize,
            (directory.Number("size") ?? 0) * SectorSize);

    private bool IsMultipathMap(string name) =>
        new SysDirectory($"{Root}/{name}").Text("dm/uuid")?.StartsWith("mpath-", StringComparison.Ordinal) == true;

    /// <summary>kpartx gives the map of partition 1 the uuid <c>part1-mpath-…</c>.</summary>
    private static int? MappedPartitionNumber(SysDirectory directory) =>
        directory.Text("dm/uuid") is { } uuid && uuid.StartsWith("part", StringComparison.Ordinal)
        && int.TryParse(uuid.AsSpan(4, Math.Max(0, uuid.IndexOf('-', StringComparison.Ordinal) - 4)), out var number)
            ? number
            : null;

    private IEnumerable<string> Holders(string disk) => Names($"{Root}/{disk}/holders");

    private IEnumerable<string> Holders(string partition, string disk) => Names($"{Root}/{disk}/{partition}/holders");

    private static IEnumerable<string> Names(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Select(p => Path.GetFileName(p)) : [];

    /// <summary>What has no identity of its own outside this machine is never searched for (storage-practice A1, last row).</summary>
    internal static bool IsVirtual(string name) =>
        VirtualPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>How their names begin.</summary>
    internal static readonly string[] VirtualPrefixes = ["loop", "ram", "zram", "sr", "fd", "dm-", "md", "nbd", "mtdblock"];
}

/// <summary>A partition as the kernel has it.</summary>
/// <param name="Name">Kernel name, e.g. <c>vdb1</c>.</param>
/// <param name="Number">Its number in the table.</param>
/// <param name="Device">Device number.</param>
/// <param name="Start">Offset on the disk in bytes; null where the kernel does not tell (device-mapper).</param>
/// <param name="Length">Length in bytes.</param>
public sealed record DiskPartition(string Name, int Number, DeviceNumber Device, long? Start, long Length);
