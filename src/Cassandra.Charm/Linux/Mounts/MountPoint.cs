using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;
using Serilog;

namespace Cassandra.Charm.Linux.Mounts;

/// <summary>
/// The directory that a volume is mounted on: root's, 0755, empty and immutable beneath the mount, so that nothing can
/// be written where the volume is missing (storage-practice C4).
/// </summary>
internal sealed unsafe class MountPoint(ILogger log)
{
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes it, with its parent; nothing may be mounted on it.</summary>
    internal void Ensure(string point)
    {
        Make(Path.GetDirectoryName(point)!);
        Make(point);
        using var directory = OpenUnmounted(point);
        if (Directory.EnumerateFileSystemEntries(point).FirstOrDefault() is { } entry)
            throw new EffectFailedException($"{point} is not empty (it holds {Path.GetFileName(entry)})", $"move what is in {point} away");
        if (FileStatus.Of(directory).IsImmutable)
            return;
        directory.SetOwner(0, 0);
        directory.SetMode(Mode);
        SetImmutable(directory, true);
        directory.Sync();
    }

    /// <summary>Removes it, if it is there.</summary>
    internal void Remove(string point)
    {
        if (FileStatus.TryOf(point) is null)
            return;
        using (var directory = OpenUnmounted(point))
            SetImmutable(directory, false);
        Directory.Delete(point);
        DurableFile.SyncDirectory(Path.GetDirectoryName(point)!);
    }

    private static void Make(string path)
    {
        if (FileStatus.TryOf(path) is { IsDirectory: true })
            return;
        Directory.CreateDirectory(path, Mode);
        File.SetUnixFileMode(path, Mode); // whatever the umask took
        DurableFile.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The directory itself, proven by its open descriptor not to be what is mounted on it.</summary>
    private static SafeFileHandle OpenUnmounted(string point)
    {
        var directory = Descriptor.OpenDirectory(point);
        if (!FileStatus.Of(directory).IsMountRoot)
            return directory;
        directory.Dispose();
        throw new EffectFailedException($"something is mounted on {point}", $"unmount {point}");
    }

    private void SetImmutable(SafeFileHandle directory, bool value)
    {
        int flags;
        if (SysIoctl.ioctl(directory, SysIoctl.FS_IOC_GETFLAGS, &flags) == 0)
        {
            flags = value ? flags | SysIoctl.FS_IMMUTABLE_FL : flags & ~SysIoctl.FS_IMMUTABLE_FL;
            if (SysIoctl.ioctl(directory, SysIoctl.FS_IOC_SETFLAGS, &flags) == 0)
                return;
        }

        // Not every root filesystem has the flag (overlay, tmpfs). The guard's other layers hold without it.
        log.Warning("{Failure:l}", LibcException.OfLastCall("chattr", directory.PathForMessages()).Message);
    }
}
