using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Linux.Programs;

/// <summary>
/// sfdisk(8). It is told to leave locking, re-reading and old signatures alone: the caller holds the whole disk's lock
/// (sfdisk waiting for it would wait for ever), tells the kernel itself, and has proven that there is nothing to wipe.
/// </summary>
internal sealed class Sfdisk(IPrograms programs)
{
    private static readonly string[] HandsOff = ["--lock=no", "--no-reread", "--no-tell-kernel", "--quiet"];

    /// <summary>Writes a GPT with one partition, whatever table there is.</summary>
    internal Task CreateAsync(OpenDevice disk, Layout layout, string label, long start, long length, CancellationToken cancel) =>
        programs.RunAsync(new Command("sfdisk",
            [.. HandsOff, "--label", "gpt", "--wipe", "never", "--wipe-partitions", "never", disk.PathForChildren])
        {
            Input = $"""
                label: gpt
                label-id: {Upper(layout.DiskGuid)}
                unit: sectors

                start={start / disk.SectorSize}, size={length / disk.SectorSize}, type={Upper(Gpt.LinuxFilesystem)}, uuid={Upper(layout.Filesystem.PartitionUuid!.Value)}, name="{label}"

                """,
        }, cancel);

    /// <summary>Gives partition 1 a name.</summary>
    internal Task NameAsync(OpenDevice disk, string label, CancellationToken cancel) =>
        programs.RunAsync(new Command("sfdisk", [.. HandsOff, "--part-label", disk.PathForChildren, "1", label]), cancel);

    // sfdisk 2.37 (Ubuntu 22.04) takes GUIDs in upper case only for types; upper case is right for all of them.
    private static string Upper(Guid guid) => guid.ToString().ToUpperInvariant();
}
