using System.Security.Cryptography;

namespace Cassandra.Lab.Machines;

/// <summary>
/// An Ethernet for the machines that are given the same instance, and nobody else: frames travel by multicast on the
/// host's loopback. Every machine has 10.77.0.0/16 on eth0, also when it is alone.
/// </summary>
public sealed class MachineNetwork
{
    private const string Device = "network";
    private static int _lastHost;

    private readonly string _group = $"239.{RandomNumberGenerator.GetInt32(256)}.{RandomNumberGenerator.GetInt32(256)}.1";
    private readonly int _port = RandomNumberGenerator.GetInt32(20000, 60000);

    /// <summary>The next free address. No two machines of this process have the same.</summary>
    internal static (string Address, string Mac) NextHost()
    {
        var host = Interlocked.Increment(ref _lastHost) + 10;
        return ($"10.77.{host >> 8}.{host & 255}", $"52:54:00:77:{host >> 8:x2}:{host & 255:x2}");
    }

    /// <summary>QEMU's arguments for a card in that network, or in none.</summary>
    internal static string[] Card(MachineNetwork? network) =>
    [
        "-netdev", network is null ? $"hubport,id={Device},hubid=0" : network.Backend,
        // No boot ROM: nothing boots from it, and looking takes time.
        "-device", $"virtio-net-pci,netdev={Device},addr=0x4,romfile=",
    ];

    private string Backend => $"socket,id={Device},mcast={_group}:{_port},localaddr=127.0.0.1";
}
