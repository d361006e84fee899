using System.Globalization;
using System.Text;
using Cassandra.Lab.Images;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Crashing;

/// <summary>What happens to the charm at a point that it has not been at before.</summary>
internal enum AtPoint
{
    /// <summary>Nothing: the points are only counted.</summary>
    Count,
    /// <summary>It is killed, with all that it has started.</summary>
    Kill,
    /// <summary>It stands still until the power goes.</summary>
    Halt,
    /// <summary>It is not traced.</summary>
    Off,
}

/// <summary>
/// A unit whose hooks, and whose copying service, run under the lab's tracer. The charm's own binary is as it was
/// packed; it lies beside a script of its name.
/// </summary>
/// <param name="unit">The unit.</param>
/// <param name="always">Words of points that are all taken.</param>
/// <param name="percent">How many of a hundred points are taken, beside those.</param>
/// <param name="seed">Which ones.</param>
internal sealed class TracedCharm(CassandraUnit unit, IReadOnlyList<string> always, int percent, int seed)
{
    private const string Orders = "/run/lab-trace";
    private static readonly string[] Services = ["copy", "follow"];
    private const string ServiceBinary = "/var/lib/cassandra-charm/bin/cassandra-charm";

    private readonly List<string> _passed = [];

    private string Binary => $"/var/lib/juju/agents/unit-{unit.Name.Replace('/', '-')}/charm/bin/cassandra-charm";

    /// <summary>Puts the tracer before the binary; from here on each run of the charm waits for <see cref="OrderAsync"/>.</summary>
    public async Task InstallAsync(CancellationToken ct)
    {
        await unit.RunAsync("mv", Binary, $"{Binary}.traced");
        await WriteAsync(Binary, $"#!/bin/sh\nexec {Initramfs.GuestBinaryPath} trace {Orders} {Binary}.traced \"$@\"\n", ct);
        await unit.RunAsync("chmod", "0755", Binary);
        foreach (var service in Services)
        {
            var dropIn = $"/etc/systemd/system/cassandra-charm-{service}-.service.d/traced.conf";
            await unit.RunAsync("mkdir", "-p", Path.GetDirectoryName(dropIn)!);
            await WriteAsync(dropIn, $"[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=\nExecStart={Initramfs.GuestBinaryPath} trace {Orders} {ServiceBinary} service-{service}\n", ct);
        }

        await unit.RunAsync("systemctl", "daemon-reload");
        await unit.RunAsync("sync");
    }

    /// <summary>What is to happen at points that were not passed yet; to be said anew after a power cut.</summary>
    public async Task OrderAsync(AtPoint what, CancellationToken ct)
    {
        await unit.RunAsync("mkdir", "-p", Orders);
        await WriteAsync($"{Orders}/passed", string.Concat(_passed.Select(point => $"{point}\n")), ct);
        await WriteAsync($"{Orders}/always", string.Concat(always.Select(word => $"{word}\n")), ct);
        await WriteAsync($"{Orders}/sample", string.Create(CultureInfo.InvariantCulture, $"{percent}\n{seed}\n"), ct);
        await WriteAsync($"{Orders}/mode.new", $"{what}".ToLowerInvariant(), ct);
        await unit.RunAsync("mv", $"{Orders}/mode.new", $"{Orders}/mode");
    }

    /// <summary>The points at which something has happened, in their order.</summary>
    public async Task<IReadOnlyList<string>> PassedAsync(CancellationToken ct) => await LinesAsync("passed", ct);

    /// <summary>Where it stands still; null while it does not.</summary>
    public async Task<string?> HaltedAtAsync(CancellationToken ct)
    {
        if ((await LinesAsync("at", ct)) is not [var point, ..])
            return null;
        _passed.Add(point);
        return point;
    }

    private async Task<IReadOnlyList<string>> LinesAsync(string file, CancellationToken ct)
    {
        var read = await unit.Machine.RunAsync("cat", [$"{Orders}/{file}"], ct: ct);
        return read.ExitCode == 0 ? read.StdOut.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
    }

    private Task WriteAsync(string path, string text, CancellationToken ct) =>
        unit.Machine.WriteFileAsync(path, Encoding.UTF8.GetBytes(text), ct: ct);
}

/// <summary>Words of points.</summary>
internal static class CommitSteps
{
    /// <summary>What makes a volume of a blank disk.</summary>
    public static readonly IReadOnlyList<string> Preparing =
        ["before sfdisk", "after sfdisk", "before mkfs", "after mkfs", " start srv-", "/journal.json #", "/.cassandra-charm.json #"];

    /// <summary>What makes another copy of the data the truth, and what lets Cassandra start.</summary>
    public static readonly IReadOnlyList<string> Switching =
    [
        "umount ", "/journal.json #", "/.cassandra-charm.json #", "/hold #", "rename /etc/cassandra/cassandra.yaml #",
        "rename /srv/cassandra/vol-*/cassandra", "start cassandra.service", "stop cassandra.service", "syncfs",
    ];

    /// <summary>What makes an enlarged volume's partition and filesystem larger.</summary>
    public static readonly IReadOnlyList<string> Growing =
        ["before sfdisk", "after sfdisk", "write /dev/vd", "fsync /dev/vd", "growfs", "resize2fs", "/journal.json #"];

    /// <summary>Both, and all that is done to a tree as a whole.</summary>
    public static readonly IReadOnlyList<string> All =
        [.. Preparing, .. Switching, "/cassandra.yaml #", "/cassandra.incoming #", "vol-*/cassandra #", "/var/lib/cassandra #"];
}
