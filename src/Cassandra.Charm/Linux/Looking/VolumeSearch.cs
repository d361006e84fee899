using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;
using Serilog;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>Which disk of this machine is the volume (storage-practice A3).</summary>
internal sealed class VolumeSearch(MachinePaths paths, SysBlock block, DiskUse use, NameSightings sightings, ILogger log)
{
    /// <summary>The one disk; or the sight that there is none, or no single one.</summary>
    internal (Disk? Disk, VolumeSight? Sight) Find(VolumeId id, LookRequest request)
    {
        if (id.IsPath)
            return ByPath(id);
        var disks = block.WholeDisks();
        return DiskMatch.Find(id.Name, disks) switch
        {
            [var disk] => (disk, null),
            { Count: > 1 } several => (null, new VolumeSight.Several($"{Names(several)} all report {id}")),
            _ => ByMark(id, request, disks),
        };
    }

    /// <summary>Whether this disk is the volume by what its hardware reports, or by the path the operator chose.</summary>
    internal bool IsVolume(VolumeId id, Disk disk) =>
        id.IsPath
            ? DeviceNode.Resolve(id.Text) is { } device && block.DiskOf(device)?.Name == disk.Name
            : DiskMatch.IsMatch(id.Name, disk);

    private (Disk?, VolumeSight?) ByPath(VolumeId id)
    {
        if (DeviceNode.Resolve(id.Text) is not { } device || block.DiskOf(device) is not { } disk)
            return (null, new VolumeSight.NotAttached());
        if (disk.MultipathMap is { } map)
            return (block.Find(map), null);
        if (device != Number(disk))
            return (null, Refused(disk, $"{id} is a partition of {disk.Name}", "name the whole disk"));
        return IsAllowedByPath(disk)
            ? (disk, null)
            : (null, Refused(disk, $"{id} is {disk.Name}, which is no disk of its own", "name a whole disk"));
    }

    /// <summary>Hardware, a multipath map, or a loop device: not RAM, optical drives, or what is built on other disks.</summary>
    private static bool IsAllowedByPath(Disk disk) =>
        disk.IsCandidate || disk.Name.StartsWith("loop", StringComparison.Ordinal)
        || !SysBlock.IsVirtual(disk.Name);

    /// <summary>
    /// No hardware reports the id: OpenStack's EC2-style ids are database numbers that no guest sees. Then our own mark
    /// tells, and last the operator's pattern.
    /// </summary>
    private (Disk?, VolumeSight?) ByMark(VolumeId id, LookRequest request, IReadOnlyList<Disk> disks)
    {
        Disk[] candidates = [.. disks.Where(disk => disk.IsCandidate && disk.MultipathMap is null)];
        if (IsOneOfOurs(id, request))
        {
            Disk[] marked = [.. candidates.Where(disk => CarriesMark(disk, id, request))];
            if (marked.Length > 0)
                return One(marked, $"all carry the mark of {id}");
        }

        return request.DevRegexp.Length == 0 ? (null, new VolumeSight.NotAttached()) : ByName(id, request, candidates);
    }

    /// <summary>
    /// Names such as <c>lun5</c> or <c>data</c> are this machine's own: on another machine's disk the same mark means
    /// another volume. Only ids that are one in the world are found by mark, and what the pattern or the intent led to.
    /// </summary>
    private static bool IsOneOfOurs(VolumeId id, LookRequest request) =>
        id.Name.StartsWith("vol-", StringComparison.Ordinal) || request.DevRegexp.Length > 0 || request.Intent?.Volume == id.Name;

    private bool CarriesMark(Disk disk, VolumeId id, LookRequest request) =>
        IsBeingGrown(disk, id, request) || Labels(disk).Any(partition => partition.Label == PartitionLabel.For(id.Name)
            || (request.Intent is { } intent && intent.Volume == id.Name && partition.Uuid == intent.Layout.Filesystem.PartitionUuid));

    /// <summary>Its table may stand nowhere but where it stood when the disk was smaller.</summary>
    private bool IsBeingGrown(Disk disk, VolumeId id, LookRequest request)
    {
        if (request.Growing is not { } growing || growing.Volume != id.Name || growing.Disk.Serial != disk.Pin.Serial)
            return false;
        try
        {
            using var device = OpenDevice.ForReading(paths.NodeOf(disk));
            return GrowingTable.IsOn(device, growing);
        }
        catch (IOException unreadable)
        {
            log.Warning("Cannot read the partition table of {Disk:l}: {Reason:l}", disk.Name, unreadable.Message);
            return false;
        }
    }

    private (Disk?, VolumeSight?) ByName(VolumeId id, LookRequest request, Disk[] candidates)
    {
        var pattern = DeviceNamePattern.Compile(request.DevRegexp);
        Disk[] eligible = [.. candidates.Where(disk => (pattern.IsMatch(disk.Name) || pattern.IsMatch(disk.DevicePath)) && IsEligible(disk, request, candidates))];
        if (eligible.Length != 1)
            return eligible.Length == 0
                ? (null, new VolumeSight.NotAttached())
                : (null, new VolumeSight.Several($"volume-dev-regexp fits {Names(eligible)}"));
        return sightings.SettlesIn(id, eligible[0]) is { } left
            ? (null, new VolumeSight.NotAttached { SettlesIn = left }) // seen for the first time: others may still be on their way
            : (eligible[0], null);
    }

    /// <summary>Nobody's: not in use, not another entry's, not another volume of ours, not given back by the cloud at every stop.</summary>
    private bool IsEligible(Disk disk, LookRequest request, Disk[] candidates) =>
        !disk.IsReadOnly
        && !EphemeralDisk.IsKnown(disk)
        && use.UsersOf(disk).Count == 0
        && !request.ClaimedByOthers.Any(other => other.IsPath ? IsVolume(other, disk) : DiskMatch.Find(other.Name, candidates).Contains(disk))
        && !Labels(disk).Any(partition => partition.Label.Length > 0);

    private IReadOnlyList<TablePartition> Labels(Disk disk)
    {
        try
        {
            using var device = OpenDevice.ForReading(paths.NodeOf(disk));
            return [.. DiskTables.Read(device).Copies.SelectMany(copy => copy.Partitions)];
        }
        catch (IOException unreadable)
        {
            log.Warning("Cannot read the partition table of {Disk:l}: {Reason:l}", disk.Name, unreadable.Message);
            return [];
        }
    }

    private static (Disk?, VolumeSight?) One(Disk[] found, string whatTheyShare) => found is [var only]
        ? (only, null)
        : (null, new VolumeSight.Several($"{Names(found)} {whatTheyShare}"));

    private static VolumeSight.Unusable Refused(Disk disk, string why, string remedy) => new(disk.Name, why, remedy);

    private static DeviceNumber Number(Disk disk) => new((uint)disk.Pin.Major, (uint)disk.Pin.Minor);

    private static string Names(IReadOnlyList<Disk> disks) =>
        string.Join(", ", disks.SkipLast(1).Select(disk => disk.Name)) + $" and {disks[^1].Name}";
}
