using System.Text;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>
/// The drop-in that puts the guard before Cassandra (design section 6). A drop-in works on the unit that systemd generates
/// from the package's init script, and no upgrade of the package touches it.
/// </summary>
internal static class ServiceDropIn
{
    /// <summary>Name of the service.</summary>
    public const string Service = "cassandra.service";

    /// <summary>Text of the drop-in.</summary>
    /// <param name="place">Where the data is; null where the charm has not decided it: then only the guard stands there.</param>
    /// <param name="heap">Null: cassandra-env.sh decides.</param>
    /// <param name="javaHome">The JRE; null: the one in PATH.</param>
    public static string Text(Place? place, HeapSize? heap, string? javaHome)
    {
        var text = new StringBuilder("# Written by the cassandra charm; changes are lost.\n[Unit]\n");
        text.Append($"AssertPathExists=!{NodePaths.HoldMarkName}\n");
        if (place is Place.OnVolume volume)
        {
            text.Append($"RequiresMountsFor={volume.MountPoint}\n");
            text.Append($"AssertPathIsMountPoint={volume.MountPoint}\n");
        }

        text.Append($"\n[Service]\nExecStartPre={NodePaths.BinaryName} guard\n");
        // Upgrades would ask about a changed cassandra-env.sh; it takes these from the environment as well.
        if (heap is not null)
            text.Append($"Environment=MAX_HEAP_SIZE={heap.Max} HEAP_NEWSIZE={heap.New}\n");
        if (javaHome is not null)
            text.Append($"Environment=JAVA_HOME={javaHome}\n");
        // The package's limits.d counts for logins only; the init script raises what it can.
        text.Append("LimitNOFILE=100000\nLimitNPROC=32768\nLimitMEMLOCK=infinity\n");
        return text.ToString();
    }
}
