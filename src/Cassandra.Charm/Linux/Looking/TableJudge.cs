using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>Judges a disk by what its tables and signatures say; null where there is nothing known on it.</summary>
internal sealed class TableJudge(Disk disk, IDiskBytes device, DiskTables tables, IFilesystemLook look)
{
    internal VolumeSight? Judge()
    {
        var onDisk = Signatures.Find(device, 0, device.Size);
        return (tables.Primary, tables.Mbr) switch
        {
            ({ } gpt, _) => JudgeGpt(gpt),
            (null, not null) when tables.Mbr.Any(p => p.IsProtective) || tables.Backup is not null =>
                Foreign("a partition table (GPT) of which the first copy is damaged"),
            (null, [{ IsLinux: true } only]) => JudgePartition(only.Partition, "a DOS partition"),
            (null, { } partitions) => Foreign($"a DOS partition table with {Count(partitions.Count)}"),
            _ when onDisk.Count > 0 => JudgeBare(onDisk),
            _ => null,
        };
    }

    private VolumeSight JudgeGpt(Gpt gpt)
    {
        if (gpt.Partitions is not [var only])
            return Foreign($"a GPT partition table with {Count(gpt.Partitions.Count)}{Contents(gpt.Partitions)}");
        return only.Label == Layout.InitialLabel
            ? Foreign("a volume that a charm began to prepare, and not for this unit",
                "if nothing on it is needed, wipe it yourself; else map it to the unit that began")
            : JudgePartition(only, "a GPT partition");
    }

    private VolumeSight JudgePartition(TablePartition partition, string kind)
    {
        if (!partition.LiesWithin(device.Size))
            return Foreign($"{kind} that reaches beyond the end of the disk");
        var inside = Signatures.Find(device, partition.Start, partition.Length);
        return Superblock.Read(device, partition.Start) is { } filesystem && inside.Count == 1
            ? JudgeFilesystem(filesystem, partition.Start, partition.Length, partition)
            : Foreign(inside.Count == 0 ? $"{kind} table with 1 partition" : $"{kind} with {string.Join(" and ", inside)}");
    }

    private VolumeSight JudgeBare(IReadOnlyList<string> signatures) =>
        Superblock.Read(device, 0) is { } filesystem && signatures.Count == 1
            ? JudgeFilesystem(filesystem, 0, device.Size, partition: null)
            : Foreign(string.Join(" and ", signatures));

    private VolumeSight JudgeFilesystem(Superblock superblock, long offset, long length, TablePartition? partition)
    {
        var filesystem = new Filesystem(superblock.Type, superblock.Uuid, partition?.Uuid);
        if (superblock.HasErrors)
            return Foreign($"an {superblock.Type} filesystem that is marked as having errors",
                $"repair it yourself (fsck.{superblock.Type}), or wipe it if nothing on it is needed");
        if (superblock.Size > length)
            return Foreign($"an {superblock.Type} filesystem that is larger than the disk");
        return look.Into(offset, length, superblock) switch
        {
            FilesystemLookResult.Clean clean => SightOf(clean.Content, disk, filesystem),
            FilesystemLookResult.Unmountable no => Foreign($"an {superblock.Type} filesystem that cannot be mounted ({no.Reason})",
                "check it yourself, or wipe it if nothing on it is needed"),
            _ => JudgeUnclean(superblock, offset, length, partition, filesystem),
        };
    }

    /// <summary>
    /// Ours by label and mark: what the mark says is current, for it is overwritten in place; the tree cannot be seen
    /// before the log is replayed.
    /// </summary>
    private VolumeSight JudgeUnclean(
        Superblock superblock, long offset, long length, TablePartition? partition, Filesystem filesystem)
    {
        if (partition is not null && look.MarkOf(offset, length, superblock) is FilesystemContent.Recorded marked
            && partition.Label == PartitionLabel.For(marked.Record.VolumeId))
        {
            var isCopying = marked.Record.State is Core.Places.RecordState.Incoming;
            var isNew = marked.Record.State is Core.Places.RecordState.Initialising;
            return new VolumeSight.Recorded(disk.Name, disk.Pin, filesystem, marked.Record, !isCopying && !isNew, isCopying)
            {
                IsClean = false,
            };
        }

        return Foreign($"a filesystem that was not cleanly unmounted ({superblock.Type})", "mount and unmount it once yourself");
    }

    /// <summary>The sight that a filesystem's content makes.</summary>
    internal static VolumeSight SightOf(FilesystemContent content, Disk disk, Filesystem filesystem) => content switch
    {
        FilesystemContent.Empty => new VolumeSight.EmptyFilesystem(disk.Name, disk.Pin, filesystem),
        FilesystemContent.Recorded r => new VolumeSight.Recorded(disk.Name, disk.Pin, filesystem, r.Record, r.HasTree, r.HasIncoming),
        FilesystemContent.Tree t => new VolumeSight.Unrecorded(disk.Name, disk.Pin, filesystem, t.Subdirectory),
        FilesystemContent.Other o => new VolumeSight.Foreign(disk.Name, o.What, o.Remedy),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Contents(IReadOnlyList<TablePartition> partitions)
    {
        string[] known = [.. partitions.Take(4).Where(p => p.LiesWithin(device.Size))
            .SelectMany(p => Signatures.Find(device, p.Start, p.Length)).Distinct()];
        return known.Length == 0 ? "" : $" ({string.Join(", ", known)})";
    }

    private VolumeSight.Foreign Foreign(string what, string? remedy = null) => new(disk.Name, what, remedy);

    private static string Count(int partitions) => partitions == 1 ? "1 partition" : $"{partitions} partitions";
}
