using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Linux;

/// <summary>Where the kernel and systemd show and keep things; tests point some of it elsewhere.</summary>
public sealed record MachinePaths
{
    /// <summary>sysfs.</summary>
    public string Sys { get; init; } = "/sys";

    /// <summary>Device nodes.</summary>
    public string Dev { get; init; } = "/dev";

    /// <summary>procfs.</summary>
    public string Proc { get; init; } = "/proc";

    /// <summary>What the charm forgets with a reboot.</summary>
    public string Run { get; init; } = "/run/cassandra-charm";

    /// <summary>Units that an administrator, or the charm, adds to the system.</summary>
    public string Units { get; init; } = "/etc/systemd/system";

    /// <summary>The node of a whole disk; a <c>!</c> in a kernel name stands for a slash.</summary>
    internal string NodeOf(Disk disk) => $"{Dev}/{disk.Name.Replace('!', '/')}";
}
