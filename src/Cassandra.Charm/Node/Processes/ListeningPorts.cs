using System.Globalization;

namespace Cassandra.Charm.Node.Processes;

/// <summary>TCP ports on which something listens on this machine.</summary>
/// <param name="proc">Where procfs is.</param>
internal sealed class ListeningPorts(string proc)
{
    private const string Listening = "0A";

    /// <summary>Whether any of the ports is open, on any address.</summary>
    public bool AnyOf(IEnumerable<int> ports)
    {
        var wanted = ports.Select(port => port.ToString("X4", CultureInfo.InvariantCulture)).ToHashSet();
        return Lines("tcp").Concat(Lines("tcp6")).Any(line => Listens(line, wanted));
    }

    // "  0: 0100007F:1B58 00000000:0000 0A …" (proc(5)): local address and port in hex, remote, state.
    private static bool Listens(string line, HashSet<string> ports)
    {
        var fields = line.Split(' ', 5, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5 && fields[3] == Listening && ports.Contains(fields[1][(fields[1].IndexOf(':') + 1)..]);
    }

    // A machine without IPv6 has no tcp6.
    private IEnumerable<string> Lines(string table) =>
        File.Exists($"{proc}/net/{table}") ? File.ReadLines($"{proc}/net/{table}") : [];
}
