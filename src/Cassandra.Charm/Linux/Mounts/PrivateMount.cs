using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Mounts;

/// <summary>
/// A mount that only this process has, without a name in any namespace: the kernel unmounts it when the descriptor is
/// closed, a crash included.
/// </summary>
internal sealed class PrivateMount : IDisposable
{
    private readonly SafeFileHandle _root;

    private PrivateMount(SafeFileHandle root) => _root = root;

    /// <summary>The root directory, by a name that this process alone can use.</summary>
    internal string Path => $"/proc/self/fd/{_root.DangerousGetHandle()}";

    /// <summary>Mounts for reading only.</summary>
    /// <exception cref="LibcException">EROFS: the filesystem must be replayed first, and the device is read-only.</exception>
    internal static PrivateMount ReadOnly(string device, string type, params string[] flags) =>
        new(Mount(device, type, ["ro", .. flags], SysMount.MOUNT_ATTR_RDONLY));

    /// <summary>Mounts for writing; replays what must be replayed.</summary>
    internal static PrivateMount Writable(string device, string type) => new(Mount(device, type, [], 0));

    /// <summary>Unmounts: the filesystem is clean when this returns.</summary>
    public void Dispose() => _root.Dispose();

    private static SafeFileHandle Mount(string device, string type, string[] flags, nint attributes)
    {
        using var context = SysMount.fsopen(SysMount.SYS_fsopen, type, SysMount.FSOPEN_CLOEXEC);
        if (context.IsInvalid)
            throw LibcException.OfLastCall("fsopen", type);
        Configure(context, SysMount.FSCONFIG_SET_STRING, "source", device, device);
        foreach (var flag in flags)
            Configure(context, SysMount.FSCONFIG_SET_FLAG, flag, null, device);
        Configure(context, SysMount.FSCONFIG_CMD_CREATE, null, null, device);
        var root = SysMount.fsmount(SysMount.SYS_fsmount, context, SysMount.FSMOUNT_CLOEXEC,
            attributes | SysMount.MOUNT_ATTR_NODEV | SysMount.MOUNT_ATTR_NOSUID | SysMount.MOUNT_ATTR_NOEXEC);
        return root.IsInvalid ? throw LibcException.OfLastCall("mount", device) : root;
    }

    private static void Configure(SafeFileHandle context, nint command, string? key, string? value, string device)
    {
        if (SysMount.fsconfig(SysMount.SYS_fsconfig, context, command, key, value, 0) != 0)
            throw LibcException.OfLastCall("mount", device);
    }
}
