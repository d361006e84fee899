using System.Diagnostics;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Mounts;

/// <summary>
/// A read-only loop device over a part of an open disk: whatever a filesystem driver wants to write while it mounts
/// (a log replay, a changed superblock) fails. It frees itself when its last user is gone, a crash included.
/// </summary>
internal sealed unsafe class LoopDevice : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly SafeFileHandle _node;

    private LoopDevice(SafeFileHandle node, string path) => (_node, Path) = (node, path);

    /// <summary>Its node.</summary>
    internal string Path { get; }

    /// <summary>
    /// Sets one up. Waits for a number that nobody holds: udev keeps the lock of one that was just given back for as long
    /// as it looks at it, and the kernel names that same one as free. Blocks, as the reads of a disk around it do.
    /// </summary>
    /// <exception cref="EffectFailedException">None is to be had for half a minute, or the machine knows none.</exception>
    internal static LoopDevice ReadOnly(OpenDevice disk, long offset, long length, MachinePaths paths)
    {
        using var backing = disk.ReopenBuffered();
        using var control = OpenControl(paths);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; Thread.Sleep(Pause)) // nobody tells that udev let go
        {
            var path = $"{paths.Dev}/loop{FreeNumber(control)}";
            var node = Descriptor.Open(path, Fcntl.O_RDONLY);
            // The lock keeps udev from probing it: two devices with one UUID would fight for /dev/disk/by-uuid.
            if (node.TryLock() && TryConfigure(node, backing, offset, length))
                return new LoopDevice(node, path);
            node.Dispose();
        }

        throw new EffectFailedException("no loop device could be had to look into a filesystem");
    }

    /// <inheritdoc/>
    public void Dispose() => _node.Dispose();

    private static SafeFileHandle OpenControl(MachinePaths paths)
    {
        try
        {
            return Descriptor.Open($"{paths.Dev}/loop-control", Fcntl.O_RDWR);
        }
        catch (LibcException missing) when (missing.ErrorNumber is Errno.ENOENT or Errno.ENODEV or Errno.EACCES or Errno.EPERM)
        {
            throw new EffectFailedException(
                "this machine has no loop devices, through which filesystems are looked into",
                "load the loop module (modprobe loop)", missing);
        }
    }

    private static int FreeNumber(SafeFileHandle control)
    {
        int number;
        while ((number = SysIoctl.ioctl(control, LinuxLoop.LOOP_CTL_GET_FREE, null)) < 0)
            LibcException.ThrowUnlessInterrupted("ioctl", control);
        return number;
    }

    /// <summary>False where somebody else took the number meanwhile.</summary>
    private static bool TryConfigure(SafeFileHandle node, SafeFileHandle backing, long offset, long length)
    {
        var configuration = new LinuxLoop.loop_config
        {
            fd = (uint)backing.DangerousGetHandle(),
            lo_offset = (ulong)offset,
            lo_sizelimit = (ulong)length,
            lo_flags = LinuxLoop.LO_FLAGS_READ_ONLY | LinuxLoop.LO_FLAGS_AUTOCLEAR,
        };
        while (SysIoctl.ioctl(node, LinuxLoop.LOOP_CONFIGURE, &configuration) != 0)
        {
            if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Errno.EBUSY)
                return false;
            LibcException.ThrowUnlessInterrupted("ioctl", node);
        }

        return true;
    }
}
