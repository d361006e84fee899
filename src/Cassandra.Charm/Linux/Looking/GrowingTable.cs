using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>
/// The table of a disk that is being grown, recognised by the journal's plan wherever a cut may have left a whole copy: in
/// front; at the end; at the end that the disk had when the growth was begun; at the end that it had before. The last is
/// never written to while the table is, so one of them is always whole, in whatever order a power cut lets the writes through.
/// </summary>
internal static class GrowingTable
{
    /// <summary>A whole copy is the plan's, and none is another's.</summary>
    internal static bool IsOn(IDiskBytes device, Growth plan) =>
        device.Size >= plan.Disk.SizeBytes && Mbr.Read(device) is [{ IsProtective: true }]
        && Copies(device, plan).ToList() is { Count: > 0 } copies && copies.TrueForAll(copy => IsOurs(copy, device, plan));

    /// <summary>It is, and the copy that the kernel reads is not whole.</summary>
    internal static bool IsCut(IDiskBytes device, Growth plan) => Gpt.Primary(device) is null && IsOn(device, plan);

    private static IEnumerable<Gpt> Copies(IDiskBytes device, Growth plan) =>
        Ends(device, plan).Select(end => Gpt.Backup(device, end)).Prepend(Gpt.Primary(device)).OfType<Gpt>();

    private static IEnumerable<long> Ends(IDiskBytes device, Growth plan) =>
        new[] { device.Size, plan.Disk.SizeBytes, plan.TableBytes }.Distinct();

    private static bool IsOurs(Gpt copy, IDiskBytes device, Growth plan) =>
        copy.DiskGuid == plan.Layout.DiskGuid && copy.Partitions is [var only]
        && only.Uuid == plan.Layout.Filesystem.PartitionUuid && only.Label == plan.Layout.Label && only.Start == PlannedPartition.Start
        && Ends(device, plan).Any(end => only.Length == PlannedPartition.LengthOn(end));
}
