using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cassandra.Lab.Images;
using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Units;

/// <summary>
/// Somebody who uses the database meanwhile: writes row after row, each until it is acknowledged, deletes some again, and
/// keeps a durable record of it beside Cassandra's data, against which everything is compared in the end.
/// </summary>
public sealed class WritingClient
{
    private const string Directory = "/var/lib/lab";
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan GoesOnLimit = TimeSpan.FromMinutes(4);

    private readonly VirtualMachine _machine;
    private readonly string _name;
    private readonly string _through;

    private WritingClient(VirtualMachine machine, string name, string through)
    {
        _machine = machine;
        _name = name;
        _through = through;
    }

    /// <summary>Bytes of a row's value.</summary>
    public int RowBytes { get; init; } = 200;

    /// <summary>Between two rows, in milliseconds.</summary>
    public int PauseMilliseconds { get; init; } = 30;

    private string Record => $"{Directory}/{_name}.acknowledged";
    private string Report => $"{Directory}/{_name}.report";
    private string[] Options => ["--host", _machine.Address, "--timeout", "60000"];
    private string Service => $"lab-{_name}.service";

    /// <summary>A client that uses CQL.</summary>
    public static WritingClient Of(VirtualMachine machine, string name = "client") => new(machine, name, "write");

    /// <summary>Another node of the ring that hands its writes on through the storage port, which opens before the CQL
    /// port does. Only a stand-in understands it.</summary>
    public static WritingClient ReplicaOf(VirtualMachine machine, string name = "replica") => new(machine, name, "replicate");

    /// <summary>Begins, or goes on where it was stopped.</summary>
    public async Task StartAsync(CancellationToken ct = default)
    {
        await RunAsync("mkdir", ["-p", Directory], ct);
        await RunAsync("systemd-run",
        [
            "--quiet", "--collect", $"--unit={Service}", Initramfs.GuestBinaryPath, "cql-client", _through,
            "--host", _machine.Address, "--acks", Record, "--size", $"{RowBytes}", "--interval", $"{PauseMilliseconds}", "--delete-every", "20", "--report", Report,
        ], ct);
    }

    /// <summary>Writes so many rows and returns.</summary>
    public async Task WriteAsync(int rows, CancellationToken ct = default)
    {
        await RunAsync("mkdir", ["-p", Directory], ct);
        await RunAsync(Initramfs.GuestBinaryPath,
            ["cql-client", _through, .. Options, "--acks", Record, "--size", $"{RowBytes}", "--rows", $"{rows}", "--delete-every", "20",
                "--report", Report], ct);
    }

    /// <summary>Waits until so many further writes have been acknowledged.</summary>
    public async Task GoesOnAsync(int rows = 10, CancellationToken ct = default)
    {
        var waited = Stopwatch.StartNew();
        for (var goal = await AcknowledgedAsync(ct) + rows; await AcknowledgedAsync(ct) < goal;)
        {
            if (waited.Elapsed > GoesOnLimit)
                throw new TimeoutException($"no {rows} rows were acknowledged within {GoesOnLimit.TotalSeconds:0} s; does the client run?");
            await Task.Delay(LookInterval, ct);
        }
    }

    /// <summary>Ends it in good order.</summary>
    public async Task StopAsync(CancellationToken ct = default)
    {
        // It may have ended with a reboot already.
        await _machine.RunAsync("systemctl", ["stop", Service], ct: ct);
    }

    /// <summary>The longest time without an acknowledged write in the run that was stopped last.</summary>
    public async Task<double> LongestGapSecondsAsync(CancellationToken ct = default) =>
        JsonNode.Parse(await _machine.ReadTextAsync(Report, ct))!["gaps"]!.AsArray()
            .Max(gap => gap!["seconds"]!.GetValue<double>()) is var longest ? longest : 0;

    /// <summary>Asks the node that now serves on this machine for everything that was ever acknowledged.</summary>
    public async Task<Verification> VerifyAsync(CancellationToken ct = default)
    {
        var result = await _machine.RunAsync(Initramfs.GuestBinaryPath,
            ["cql-client", "verify", .. Options, "--acks", Record, "--report", "/dev/stdout"], ct: ct);
        var json = result.StdOut.IndexOf('{');
        return json < 0
            ? throw new MachineException($"{_machine.Name}: the client cannot verify: {result.StdOut}{result.StdErr}")
            : JsonSerializer.Deserialize<Verification>(result.StdOut[json..], Verification.Json)!;
    }

    /// <summary>Number and hash of all rows that the node on this machine returns, as "1234 9f86d0…".</summary>
    public async Task<string> DigestAsync(CancellationToken ct = default) =>
        (await RunAsync(Initramfs.GuestBinaryPath, ["cql-client", "digest", .. Options], ct)).StdOut.Trim();

    /// <summary>The same client, its record with it, on another machine.</summary>
    public async Task<WritingClient> MoveToAsync(VirtualMachine machine, CancellationToken ct = default)
    {
        var moved = new WritingClient(machine, _name, _through) { RowBytes = RowBytes, PauseMilliseconds = PauseMilliseconds };
        await machine.WriteFileAsync(Record, await _machine.ReadFileAsync(Record, ct), ct: ct);
        return moved;
    }

    /// <summary>Its record: what was acknowledged.</summary>
    public Task<byte[]> ReadRecordAsync(CancellationToken ct = default) => _machine.ReadFileAsync(Record, ct);

    /// <summary>Gives it the record of another run.</summary>
    public Task WriteRecordAsync(byte[] record, CancellationToken ct = default) => _machine.WriteFileAsync(Record, record, ct: ct);

    private async Task<long> AcknowledgedAsync(CancellationToken ct)
    {
        var lines = await _machine.RunAsync("wc", ["-l", Record], ct: ct);
        return lines.ExitCode == 0 ? long.Parse(lines.StdOut.Split(' ')[0], CultureInfo.InvariantCulture) : 0;
    }

    private Task<GuestResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct) =>
        _machine.RunAsync(program, arguments, new() { Check = true }, ct);
}

/// <summary>What a verification found. <see cref="Lost"/> counts wrong values too.</summary>
public sealed record Verification(long Acknowledged, long Present, long Lost, long Wrong, long Deleted, long Resurrected)
{
    internal static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"acknowledged {Acknowledged}, present {Present}, lost {Lost}, deleted rows that came back {Resurrected}");
}
