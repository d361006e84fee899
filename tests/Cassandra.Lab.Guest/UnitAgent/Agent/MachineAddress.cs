using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>The address network-get reports unless the lab sets another.</summary>
internal static class MachineAddress
{
    /// <summary>The first IPv4 address of an interface that is up; the loopback if there is none.</summary>
    public static void Fill(MachineDocument machine)
    {
        var chosen = NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses.Select(a => (Interface: i, Address: a)))
            .Where(x => x.Address.Address.AddressFamily == AddressFamily.InterNetwork)
            .OrderBy(x => x.Interface.NetworkInterfaceType == NetworkInterfaceType.Loopback)
            .FirstOrDefault();
        if (chosen.Interface is null)
            return;
        machine.Address = chosen.Address.Address.ToString();
        machine.Cidr = $"{machine.Address}/{chosen.Address.PrefixLength}";
        machine.Interface = chosen.Interface.Name;
        machine.MacAddress = string.Join(':', chosen.Interface.GetPhysicalAddress().GetAddressBytes().Select(b => b.ToString("x2")));
    }
}
