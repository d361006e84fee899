using System.Net;
using System.Net.Sockets;
using System.Text;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Node.Installing;

/// <summary>Cassandra ends at once where the machine's own name has no address ("Unable to resolve hostname").</summary>
/// <param name="paths">Where <c>/etc/hosts</c> is.</param>
/// <param name="resolves">Whether a name has an address.</param>
internal sealed class HostName(NodePaths paths, Func<string, CancellationToken, Task<bool>> resolves)
{
    private const string Mark = "# cassandra charm: the machine's own name must have an address";

    /// <summary>Gives the name an address where it has none.</summary>
    public async Task EnsureAddressAsync(CancellationToken cancel)
    {
        var name = (await File.ReadAllTextAsync(paths.Proc + "/sys/kernel/hostname", cancel).ConfigureAwait(false)).Trim();
        if (await resolves(name, cancel).ConfigureAwait(false))
            return;
        var hosts = File.Exists(paths.Hosts) ? await File.ReadAllTextAsync(paths.Hosts, cancel).ConfigureAwait(false) : "";
        var kept = hosts.Split('\n').Where(line => !line.EndsWith(Mark, StringComparison.Ordinal));
        var text = string.Join('\n', kept).TrimEnd('\n') + $"\n127.0.1.1 {name} {Mark}\n";
        DurableFile.Write(paths.Hosts, Encoding.UTF8.GetBytes(text.TrimStart('\n')),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    /// <summary>Asks as Java does, for a few seconds.</summary>
    public static async Task<bool> ResolvesAsync(string name, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            return (await Dns.GetHostAddressesAsync(name, limit.Token).ConfigureAwait(false)).Length > 0;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
