using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux;

/// <summary>Deletes a directory with all below it: by descriptors, through no symbolic link, into no other filesystem.</summary>
internal static class TreeRemoval
{
    /// <summary>Removes an entry of an open directory; absent is success.</summary>
    /// <exception cref="EffectFailedException">Something is mounted in it.</exception>
    internal static void Remove(SafeFileHandle parent, ReadOnlySpan<byte> name, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (FileStatus.TryOf(parent, name) is not { } status)
            return;
        if (status.IsMountRoot)
            throw new EffectFailedException($"something is mounted on {parent.PathForMessages(name)}", "unmount it");
        if (status.IsDirectory)
        {
            using var directory = parent.OpenEntry(name, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY);
            Empty(directory, cancel);
        }

        while (Unistd.unlinkat(parent, name, status.IsDirectory ? Fcntl.AT_REMOVEDIR : 0) != 0)
            LibcException.ThrowUnlessInterrupted("unlink", parent, name);
    }

    /// <summary>Removes all entries of an open directory.</summary>
    /// <exception cref="EffectFailedException">Something is mounted in it.</exception>
    internal static void Empty(SafeFileHandle directory, CancellationToken cancel)
    {
        using var reader = new DirectoryReader(directory);
        while (reader.MoveNext())
            Remove(directory, reader.Current, cancel);
    }
}
