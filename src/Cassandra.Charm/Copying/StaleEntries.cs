using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>
/// Deletes from a target what an earlier run left and the source does not have, or has in another state, before
/// anything is copied: its space is needed. Regular files that look equal stay; their content is compared later.
/// </summary>
/// <param name="request">The copy.</param>
/// <param name="aside">What stays, by the names it has directly below the root.</param>
/// <param name="cancellationToken">Checked at every entry.</param>
internal sealed class StaleEntries(TreeCopyRequest request, AsideFiles aside, CancellationToken cancellationToken)
{
    private readonly DeviceNumber _filesystem = request.Target.Filesystem;

    /// <summary>Deletes below <paramref name="target"/>.</summary>
    public void Delete(SafeFileHandle source, SafeFileHandle target) => Delete(source, target, isRoot: true);

    private void Delete(SafeFileHandle source, SafeFileHandle target, bool isRoot)
    {
        using var reader = new DirectoryReader(target);
        while (reader.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = reader.Current;
            if (FileStatus.TryOf(target, name) is not { } present)
                continue;
            var wanted = FileStatus.TryOf(source, name);
            if (wanted is { IsDirectory: true } && present.IsDirectory && !IsForeign(present, _filesystem))
                DeleteBelow(source, target, name);
            else if ((wanted is not { } status || !IsCurrent(status, present)) && !(isRoot && aside.Has(name, present)))
                Remove(target, name, _filesystem);
        }
    }

    /// <summary>True if a file can be what an earlier run copied completely: the time is what it sets last.</summary>
    public static bool IsCurrent(in FileStatus source, in FileStatus target) =>
        source.IsRegular && target.IsRegular && source.Size == target.Size && source.Modified == target.Modified;

    /// <summary>Removes an entry with all that is below it, but nothing on another filesystem.</summary>
    public static void Remove(SafeFileHandle directory, ReadOnlySpan<byte> name, DeviceNumber filesystem)
    {
        if (FileStatus.TryOf(directory, name) is not { } status)
            return;
        if (IsForeign(status, filesystem))
            throw new CopyStoppedException(new CopyResult.Misplaced(
                directory.PathForMessages(name), "only files of this copy", "a mounted filesystem"));
        if (status.IsDirectory)
            RemoveBelow(directory, name, filesystem);
        directory.Unlink(name, status.IsDirectory ? Fcntl.AT_REMOVEDIR : 0);
    }

    private void DeleteBelow(SafeFileHandle source, SafeFileHandle target, ReadOnlySpan<byte> name)
    {
        try
        {
            using var sourceChild = TreeDirectory.Open(source, name);
            using var targetChild = TreeDirectory.Open(target, name);
            Delete(sourceChild, targetChild, isRoot: false);
        }
        catch (LibcException vanished) when (request.Source.IsLive && vanished.IsOfMissingFile)
        {
            // The next pass finds the source without it.
        }
    }

    private static void RemoveBelow(SafeFileHandle directory, ReadOnlySpan<byte> name, DeviceNumber filesystem)
    {
        using var child = TreeDirectory.Open(directory, name);
        using var reader = new DirectoryReader(child);
        while (reader.MoveNext())
            Remove(child, reader.Current, filesystem);
    }

    private static bool IsForeign(in FileStatus status, DeviceNumber filesystem) =>
        status.IsMountRoot || (status.IsDirectory && status.Filesystem != filesystem);
}
