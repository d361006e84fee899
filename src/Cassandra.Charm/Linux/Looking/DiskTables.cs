using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>How a disk is divided, as its own tables say.</summary>
/// <param name="Primary">The GPT in front, where it is whole.</param>
/// <param name="Backup">The GPT at the end, where it is whole.</param>
/// <param name="Mbr">The DOS table's partitions; null where the first sector is none.</param>
internal sealed record DiskTables(Gpt? Primary, Gpt? Backup, IReadOnlyList<MbrPartition>? Mbr)
{
    internal static DiskTables Read(IDiskBytes device) =>
        new(Gpt.Primary(device), Gpt.Backup(device), Disks.Mbr.Read(device));

    /// <summary>The copies of the GPT that are whole.</summary>
    internal IEnumerable<Gpt> Copies => new[] { Primary, Backup }.OfType<Gpt>();

    /// <summary>Every partition that any table names.</summary>
    internal IEnumerable<TablePartition> Partitions =>
        Copies.SelectMany(copy => copy.Partitions).Concat(Mbr?.Where(p => !p.IsProtective).Select(p => p.Partition) ?? []);

    /// <summary>Whether a copy is the planned table, by the identifiers that nobody else can have chosen.</summary>
    internal bool IsOf(Layout layout) =>
        Copies.Any(copy => copy.DiskGuid == layout.DiskGuid || copy.Partitions.Any(p => p.Uuid == layout.Filesystem.PartitionUuid));

    /// <summary>
    /// Both copies are whole and name the planned partition, with this label, and the protective MBR is there: sfdisk
    /// writes it last, and without it libblkid, so udev, sees no table and no partition has a name.
    /// </summary>
    internal bool IsComplete(Layout layout, string label, long diskSize) =>
        Copies.Count() == 2 && Mbr is [{ IsProtective: true }] && Copies.All(copy => copy.DiskGuid == layout.DiskGuid
            && copy.Partitions is [var only] && only.Uuid == layout.Filesystem.PartitionUuid && only.Label == label
            && only.Start == PlannedPartition.Start && only.Length == PlannedPartition.LengthOn(diskSize));
}

/// <summary>Where the only partition of a volume lies: 1 MiB aligned at both ends, room for both tables.</summary>
internal static class PlannedPartition
{
    private const long Alignment = 1 << 20;

    /// <summary>Offset in bytes.</summary>
    internal const long Start = Alignment;

    /// <summary>Length in bytes.</summary>
    internal static long LengthOn(long diskSize) => (diskSize / Alignment * Alignment) - (2 * Alignment);
}
