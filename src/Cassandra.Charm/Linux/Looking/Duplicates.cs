using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;
using Serilog;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>
/// A clone beside its original: two disks with one filesystem or partition UUID. Which of them a link of /dev/disk names
/// is chance, and XFS refuses the second: neither is used.
/// </summary>
internal sealed class Duplicates(MachinePaths paths, SysBlock block, ILogger log)
{
    /// <summary>The sight of several; null where the filesystem is on this disk only.</summary>
    internal VolumeSight.Several? Of(Filesystem filesystem, Disk disk)
    {
        Disk[] others = [.. block.WholeDisks().Where(other => IsOther(other, disk) && Holds(other, filesystem))];
        return others.Length == 0
            ? null
            : new VolumeSight.Several(
                $"{disk.Name} and {string.Join(", ", others.Select(o => o.Name))} hold the same filesystem (UUID {filesystem.Uuid})");
    }

    private static bool IsOther(Disk other, Disk disk) =>
        other.Name != disk.Name && other.MultipathMap != disk.Name && (other.IsCandidate || !SysBlock.IsVirtual(other.Name)
            || other.Name.StartsWith("loop", StringComparison.Ordinal));

    /// <summary>Whether a disk holds the filesystem or its partition.</summary>
    internal bool Holds(Disk other, Filesystem filesystem)
    {
        try
        {
            using var device = OpenDevice.ForReading(paths.NodeOf(other));
            var partitions = DiskTables.Read(device).Partitions.ToList();
            return partitions.Exists(p => p.Uuid is not null && p.Uuid == filesystem.PartitionUuid)
                || partitions.Select(p => p.Start).Append(0).Distinct().Any(start => Superblock.Read(device, start)?.Uuid == filesystem.Uuid);
        }
        catch (IOException unreadable)
        {
            log.Warning("Cannot compare {Disk:l} with the volume: {Reason:l}", other.Name, unreadable.Message);
            return false;
        }
    }
}
