namespace Cassandra.Charm.Linux;

/// <summary>
/// A system container shows the host's disks in sysfs and has no nodes for them (storage-practice A1): neither can a
/// volume be found there nor mounted.
/// </summary>
internal static class SystemContainer
{
    /// <summary>Whether this machine is one. A container that was given device nodes counts as a machine.</summary>
    public static bool IsThis => File.Exists("/run/systemd/container")
        && !Directory.EnumerateDirectories("/sys/block").Any(disk => File.Exists("/dev/" + Path.GetFileName(disk)));
}
