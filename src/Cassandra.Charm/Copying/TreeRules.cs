using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>What a tree may hold to be copied: everything else is refused by name, never skipped.</summary>
internal static class TreeRules
{
    /// <summary>Each level holds two descriptors; Cassandra's own trees have eight.</summary>
    public const int DeepestLevel = 128;

    /// <summary>Stops the walk if the entry is of a kind that cannot be copied, or on another filesystem.</summary>
    public static void Check(
        in FileStatus status, DeviceNumber treeFilesystem, int level, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var reason = status switch
        {
            // overlayfs shows files, unlike directories, with the number of the filesystem beneath
            { IsDirectory: true } when status.Filesystem != treeFilesystem => "another filesystem is mounted there",
            { IsMountRoot: true } => "another filesystem is mounted there",
            { IsDirectory: true } when level >= DeepestLevel => $"directories are nested deeper than {DeepestLevel}",
            _ => status.Type switch
            {
                SysStat.S_IFREG or SysStat.S_IFDIR or SysStat.S_IFLNK => null,
                SysStat.S_IFIFO => "it is a named pipe",
                SysStat.S_IFSOCK => "it is a socket",
                SysStat.S_IFCHR or SysStat.S_IFBLK => "it is a device node",
                var type => $"it is of the unknown type {type:x}",
            },
        };
        if (reason is not null)
            throw new CopyStoppedException(new CopyResult.Unsupported(directory.PathForMessages(name), reason));
    }
}
