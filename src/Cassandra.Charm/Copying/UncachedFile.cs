using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>Opens files so that what is read comes from the disk.</summary>
internal static class UncachedFile
{
    /// <summary>The file must have been synced: pages that are not yet on the disk stay in the cache.</summary>
    public static SafeFileHandle Open(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var file = OpenDirect(directory, name);
        // O_DIRECT passes by the cache; dropping it as well covers the cases in which a filesystem silently reads
        // through its cache all the same (ext4 with data=journal), and gives the memory back.
        Fcntl.posix_fadvise(file, 0, 0, Fcntl.POSIX_FADV_DONTNEED);
        return file;
    }

    /// <summary>Passes the cache by and leaves it as it is: it is somebody else's who serves from it.</summary>
    public static SafeFileHandle OpenBeside(SafeFileHandle directory, ReadOnlySpan<byte> name) =>
        OpenDirect(directory, name, Fcntl.O_NONBLOCK);

    private static SafeFileHandle OpenDirect(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags = 0)
    {
        try
        {
            return directory.OpenEntry(name, Fcntl.O_RDONLY | Fcntl.O_NOATIME | Fcntl.O_DIRECT | flags);
        }
        catch (LibcException exception) when (exception.ErrorNumber == Errno.EINVAL)
        {
            return directory.OpenEntry(name, Fcntl.O_RDONLY | Fcntl.O_NOATIME | flags); // no O_DIRECT on this filesystem
        }
    }
}
