using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>Opens the directories of a tree, and checks where its root is.</summary>
internal static class TreeDirectory
{
    // Reading leaves no trace: neither on the source, which stays as it is, nor in the times the target was given.
    private static readonly int Flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOATIME;

    /// <summary>Opens a subdirectory, or the directory itself once more by the name ".".</summary>
    public static SafeFileHandle Open(SafeFileHandle parent, ReadOnlySpan<byte> name) => parent.OpenEntry(name, Flags);

    /// <summary>Opens the root of a tree and makes sure that it is on the filesystem it is said to be on.</summary>
    public static SafeFileHandle OpenRoot(PinnedDirectory root)
    {
        var directory = Descriptor.Open(root.Path, Flags | Fcntl.O_NOFOLLOW);
        try
        {
            CheckPlace(root, FileStatus.Of(directory));
            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public static void CheckPlace(PinnedDirectory root, in FileStatus status)
    {
        if (status.Filesystem != root.Filesystem)
            throw new CopyStoppedException(new CopyResult.Misplaced(
                root.Path, $"it on the filesystem {root.Filesystem}", $"it on {status.Filesystem}"));
    }

    /// <summary>Neither tree may lie within the other: the copy would grow into itself, or delete its source.</summary>
    public static void CheckApart(SafeFileHandle source, SafeFileHandle targetParent, TreeCopyRequest request)
    {
        if (IsBelow(targetParent, FileStatus.Of(source)))
            throw new CopyStoppedException(new CopyResult.Misplaced(
                request.Target.Path, "it outside the source", $"it below {request.Source.Path}"));
        if (FileStatus.TryOf(request.Target.Path) is { } target && IsBelow(source, target))
            throw new CopyStoppedException(new CopyResult.Misplaced(
                request.Source.Path, "it outside the target", $"it below {request.Target.Path}"));
    }

    // Climbs by "..", which knows neither symbolic links nor bind mounts under other names.
    private static bool IsBelow(SafeFileHandle directory, in FileStatus ancestor)
    {
        var current = directory.OpenEntry(".\0"u8, Fcntl.O_PATH | Fcntl.O_DIRECTORY);
        try
        {
            for (var status = FileStatus.Of(current); ;)
            {
                if (IsSame(status, ancestor))
                    return true;
                var parent = current.OpenEntry("..\0"u8, Fcntl.O_PATH | Fcntl.O_DIRECTORY);
                current.Dispose();
                current = parent;
                var above = FileStatus.Of(current);
                if (IsSame(above, status))
                    return false;
                status = above;
            }
        }
        finally
        {
            current.Dispose();
        }
    }

    private static bool IsSame(in FileStatus one, in FileStatus other) =>
        one.Filesystem == other.Filesystem && one.Inode == other.Inode;
}
