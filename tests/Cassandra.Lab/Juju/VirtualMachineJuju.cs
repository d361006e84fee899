using System.Text;
using Cassandra.Lab.Guest.UnitAgent.Wire;
using Cassandra.Lab.Images;
using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Juju;

/// <summary>The unit agent inside a virtual machine; the first deployment starts it as a service there.</summary>
public sealed class VirtualMachineJuju(VirtualMachine machine) : IJujuMachine
{
    /// <summary>Longer than any verb waits by itself.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    private const string Inbox = "/var/tmp/juju";

    public async Task<ToolResponse> JujuAsync(string verb, IReadOnlyList<string> arguments, string? input, CancellationToken ct)
    {
        var options = new GuestRunOptions
        {
            StdIn = input is null ? null : new MemoryStream(Encoding.UTF8.GetBytes(input)),
            Timeout = Limit,
        };
        var result = await machine.RunAsync(Initramfs.GuestBinaryPath, ["juju", verb, .. arguments], options, ct);
        return new ToolResponse(result.ExitCode, result.StdOut, result.StdErr);
    }

    public async Task<string> BringAsync(string hostFile, CancellationToken ct)
    {
        var path = $"{Inbox}/{Guid.NewGuid():N}/{Path.GetFileName(hostFile)}";
        await machine.PutFileAsync(hostFile, path, ct: ct);
        return path;
    }
}
