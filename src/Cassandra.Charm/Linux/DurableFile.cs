using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Linux;

/// <summary>
/// Changes to files that hold after a power cut once the call returns, and are whole or absent before:
/// temporary file in the same directory, fsync, rename, fsync of the directory.
/// </summary>
internal static class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Replaces or creates a file. Its mode, and its owner when one is given, are right before it has its name.
    /// </summary>
    /// <param name="path">A path with a directory; a symbolic link there is replaced, not followed.</param>
    /// <param name="content">The whole content.</param>
    /// <param name="mode">Independent of the umask.</param>
    /// <param name="owner">Null: the calling user.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode, FileOwner? owner = null)
    {
        var temporary = path + ".tmp";
        File.Delete(temporary); // what a power cut left: never valid, and O_EXCL below refuses to follow it
        try
        {
            WriteSynced(temporary, content, mode, owner);
            Rename(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>As <see cref="Write"/>, keeping mode and owner of the file that is replaced; it must exist.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var existing = FileStatus.Of(path);
        Write(path, content, existing.Mode, new FileOwner(existing.Uid, existing.Gid));
    }

    /// <summary>Renames within one filesystem, replacing what has the new name, and syncs both directories.</summary>
    public static void Rename(string from, string to)
    {
        while (Stdio.rename(from, to) != 0)
            LibcException.ThrowUnlessInterrupted("rename", from);
        SyncDirectoryOf(to);
        if (DirectoryOf(from) != DirectoryOf(to))
            SyncDirectoryOf(from);
    }

    /// <summary>Removes a file, if it is there, and syncs its directory.</summary>
    public static void Delete(string path)
    {
        if (!Directory.Exists(DirectoryOf(path)))
            return;
        File.Delete(path);
        SyncDirectoryOf(path);
    }

    /// <summary>fsync of a directory: its names are on the disk.</summary>
    public static void SyncDirectory(string path)
    {
        using var directory = Descriptor.Open(path, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY);
        directory.Sync();
    }

    private static void WriteSynced(string path, ReadOnlySpan<byte> content, UnixFileMode mode, FileOwner? owner)
    {
        using var file = Descriptor.Open(path, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL, OwnerOnly);
        file.WriteAt(content, 0);
        if (owner is var (uid, gid))
            file.SetOwner(uid, gid);
        file.SetMode(mode); // after the owner: chown clears set-user-id bits
        file.Sync();
    }

    private static void SyncDirectoryOf(string path) => SyncDirectory(DirectoryOf(path));

    private static string DirectoryOf(string path) =>
        Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : ".";
}

/// <summary>Owner of a file, by number.</summary>
public readonly record struct FileOwner(uint Uid, uint Gid);
