using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Mounts;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>
/// Looks into a filesystem that is not mounted, without changing a byte: through a read-only loop device and a mount
/// without a name. The kernel itself says whether the filesystem is clean: it refuses to mount one with a log to replay
/// from a read-only device (storage-practice B2: a plain read-only mount of the disk would replay it).
/// </summary>
internal sealed class FilesystemLook(OpenDevice disk, MachinePaths paths) : IFilesystemLook
{
    /// <inheritdoc/>
    public FilesystemLookResult Into(long offset, long length, Superblock filesystem)
    {
        using var loop = LoopDevice.ReadOnly(disk, offset, length, paths);
        if (filesystem.IsKnownDirty)
            return new FilesystemLookResult.Unclean();
        try
        {
            using var mount = PrivateMount.ReadOnly(loop.Path, filesystem.Type, [.. DuplicateFlag(filesystem)]);
            return new FilesystemLookResult.Clean(FilesystemContent.Read(mount.Path, filesystem.Type), RecordMark.IsOn(mount.Path));
        }
        catch (LibcException refused) when (refused is { Call: "mount", ErrorNumber: Errno.EROFS })
        {
            return new FilesystemLookResult.Unclean();
        }
        catch (LibcException refused) when (refused.Call is "mount" or "fsopen")
        {
            return new FilesystemLookResult.Unmountable(System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(refused.ErrorNumber));
        }
    }

    /// <inheritdoc/>
    public FilesystemContent? MarkOf(long offset, long length, Superblock filesystem)
    {
        using var loop = LoopDevice.ReadOnly(disk, offset, length, paths);
        try
        {
            string[] flags = [filesystem.Type == "xfs" ? "norecovery" : "noload", .. DuplicateFlag(filesystem)];
            using var mount = PrivateMount.ReadOnly(loop.Path, filesystem.Type, flags);
            return RecordMark.Read(mount.Path);
        }
        catch (LibcException)
        {
            return null;
        }
    }

    /// <summary>XFS refuses the UUID of a mounted filesystem; that it is there twice is found and said elsewhere.</summary>
    private static string[] DuplicateFlag(Superblock filesystem) => filesystem.Type == "xfs" ? ["nouuid"] : [];
}

/// <summary>Looks into the filesystem in a part of one disk.</summary>
internal interface IFilesystemLook
{
    /// <summary>What a clean filesystem holds; <see cref="FilesystemLookResult.Unclean"/> where its log must be replayed first.</summary>
    FilesystemLookResult Into(long offset, long length, Superblock filesystem);

    /// <summary>
    /// The mark of an unclean filesystem, the one file of which the place on the disk does not depend on the log
    /// (see <see cref="RecordMark"/>). Nothing else that this look shows is to be believed: XFS shows zero entries where
    /// there are hundreds.
    /// </summary>
    FilesystemContent? MarkOf(long offset, long length, Superblock filesystem);
}

/// <summary>What a look into a filesystem gave.</summary>
internal abstract record FilesystemLookResult
{
    private FilesystemLookResult() { }

    /// <summary>It was cleanly unmounted.</summary>
    /// <param name="Content">What it holds.</param>
    /// <param name="HasMark">The charm made it, to the end.</param>
    internal sealed record Clean(FilesystemContent Content, bool HasMark) : FilesystemLookResult;

    /// <summary>Its log must be replayed before it can be read.</summary>
    internal sealed record Unclean : FilesystemLookResult;

    /// <summary>The kernel does not mount it.</summary>
    internal sealed record Unmountable(string Reason) : FilesystemLookResult;
}
