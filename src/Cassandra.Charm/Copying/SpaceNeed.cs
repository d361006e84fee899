using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>What a copy needs on its target and what is there, in bytes and inodes, margin included.</summary>
internal sealed record SpaceNeed(long NeededBytes, long AvailableBytes, long NeededInodes, long AvailableInodes)
{
    // Block maps, directories and journal of the filesystem, and room for Cassandra to flush and compact into.
    private const double Margin = 0.10;
    private const long LeastMargin = 16L << 20;
    private const long InodeSize = 512; // XFS takes inodes from the same space as data

    /// <summary>What there is too little of, if anything.</summary>
    public SpaceKind? Lacking =>
        NeededBytes > AvailableBytes ? SpaceKind.Bytes : NeededInodes > AvailableInodes ? SpaceKind.Inodes : null;

    /// <summary>
    /// The need of a tree on the target's filesystem. What an interrupted copy has already taken there is
    /// replaced, hence counts as available.
    /// </summary>
    public static SpaceNeed Of(TreeSurvey source, FreeSpace free, TreeSurvey alreadyThere)
    {
        var needed = source.RoundedBytes + source.Inodes * InodeSize;
        return new SpaceNeed(
            needed + Math.Max((long)(needed * Margin), LeastMargin), free.Bytes + alreadyThere.AllocatedBytes,
            source.Inodes, free.Inodes + alreadyThere.Inodes);
    }
}

/// <summary>What a filesystem can run out of.</summary>
internal enum SpaceKind
{
    Bytes,
    Inodes,
}

/// <summary>Free bytes and inodes of a filesystem, and the size of its blocks in bytes.</summary>
internal readonly record struct FreeSpace(long Bytes, long Inodes, long BlockSize)
{
    /// <summary>As far as ordinary users may use them: Cassandra is one.</summary>
    public static unsafe FreeSpace Of(SafeFileHandle anyOfTheFilesystem)
    {
        SysStatvfs.statvfs_result status;
        while (SysStatvfs.fstatvfs(anyOfTheFilesystem, &status) != 0)
            LibcException.ThrowUnlessInterrupted("fstatvfs", anyOfTheFilesystem);
        // Filesystems without a fixed number of inodes (btrfs) report zero of zero.
        var inodes = status.f_files == 0 ? long.MaxValue / 2 : (long)status.f_favail;
        return new FreeSpace((long)(status.f_bavail * status.f_frsize), inodes, (long)status.f_frsize);
    }
}
