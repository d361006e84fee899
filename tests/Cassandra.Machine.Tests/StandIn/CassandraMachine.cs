using System.Diagnostics;
using System.Globalization;
using Cassandra.Lab.Images;
using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.StandIn;

/// <summary>A machine seen by an operator of Cassandra's package.</summary>
internal sealed class CassandraMachine(VirtualMachine machine, CassandraPackage package, CancellationToken ct)
{
    private const string Acknowledged = "/var/lib/acknowledged";
    private const string SystemLog = "/var/log/cassandra/system.log";
    private const string ClientTimeoutMilliseconds = "60000";
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private readonly TimeSpan _limit = TimeSpan.FromMinutes(2) * package.Slowness;

    /// <summary>Where it is installed.</summary>
    public VirtualMachine Machine => machine;

    /// <summary>Copies the package in and installs it as apt would, keeping changed configuration files.</summary>
    public async Task<GuestResult> InstallAsync()
    {
        var file = "/var/tmp/" + Path.GetFileName(package.File);
        await machine.PutFileAsync(package.File, file, ct: ct);
        return await MustAsync("dpkg", "--force-confold", "--install", file);
    }

    /// <summary>A JVM takes seconds to its pid file; the stand-in must be told to.</summary>
    public async Task DelayPidFileAsync()
    {
        if (package.IsStandIn)
            await machine.WriteFileAsync("/etc/cassandra/stand-in.properties", "pid_file_delay_ms=8000\n", ct: ct);
    }

    public Task<GuestResult> RunAsync(string program, params string[] arguments) =>
        machine.RunAsync(program, arguments, new() { Timeout = _limit }, ct);

    /// <summary>Its output; fails the test if it fails.</summary>
    public Task<GuestResult> MustAsync(string program, params string[] arguments) =>
        machine.RunAsync(program, arguments, new() { Check = true, Timeout = _limit }, ct);

    public async Task<string> OutputAsync(string program, params string[] arguments) =>
        (await MustAsync(program, arguments)).StdOut.TrimEnd('\n');

    public Task WriteFileAsync(string path, string content, int? mode = null) => machine.WriteFileAsync(path, content, mode, ct);

    public Task<string> ReadAsync(string path) => machine.ReadTextAsync(path, ct);

    /// <summary>Pids of all of the user's Java processes.</summary>
    public async Task<int[]> JavaAsync() => [.. (await RunAsync("pgrep", "-u", "cassandra", "-x", "java")).StdOut
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))];

    public async Task<bool> ExistsAsync(string path) => (await RunAsync("test", "-e", path)).ExitCode == 0;

    /// <summary>What systemd knows of the service.</summary>
    public async Task<string> PropertyAsync(string name) =>
        await OutputAsync("systemctl", "show", "--value", "--property", name, "cassandra.service");

    /// <summary>The log from its last ERROR on; empty if there is none, or no log yet.</summary>
    public async Task<string> LastErrorAsync()
    {
        var log = (await RunAsync("cat", SystemLog)).StdOut;
        return log.LastIndexOf("ERROR", StringComparison.Ordinal) is >= 0 and var at ? log[at..] : "";
    }

    /// <summary>Replaces a line of a configuration file.</summary>
    public async Task SetAsync(string key, string value) => await MustAsync(
        "sed", "--in-place", $"s|^{key}:.*|{key}: {value}|", "/etc/cassandra/cassandra.yaml");

    public Task<GuestResult> QueryAsync(string cql) => ClientAsync("query", cql);

    public Task ServesAsync() => EventuallyAsync("CQL is answered", async () => (await ClientAsync("options")).ExitCode == 0);

    public Task IsGoneAsync() => EventuallyAsync("no Java runs", async () => (await JavaAsync()).Length == 0);

    public async Task WriteRowsAsync(int rows)
    {
        var written = await ClientAsync("write", "--acks", Acknowledged, "--rows", $"{rows}", "--delete-every", "10");
        Assert.True(written.ExitCode == 0, written.StdErr);
    }

    /// <summary>"acknowledged N, present N, lost 0".</summary>
    public async Task<string> VerifyAsync() => (await ClientAsync("verify", "--acks", Acknowledged)).StdOut.Split('\n')[0];

    /// <summary>Asks until it is so.</summary>
    public async Task EventuallyAsync(string what, Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > _limit)
                Assert.Fail($"not within {_limit.TotalMinutes} min: {what}; last error: {await LastErrorAsync()}");
            await Task.Delay(LookInterval, ct);
        }
    }

    private Task<GuestResult> ClientAsync(string command, params string[] arguments) => RunAsync(
        Initramfs.GuestBinaryPath, ["cql-client", command, .. arguments, "--timeout", ClientTimeoutMilliseconds]);
}
