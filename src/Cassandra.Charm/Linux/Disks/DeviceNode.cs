using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>Device nodes and links to them.</summary>
internal static class DeviceNode
{
    /// <summary>The block device that a path names, through links; null where it names none.</summary>
    internal static DeviceNumber? Resolve(string path)
    {
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            return FileStatus.TryOf(target) is { Type: SysStat.S_IFBLK } status ? status.Device : null;
        }
        catch (IOException)
        {
            return null; // a dangling or circular link
        }
    }
}
