using System.Diagnostics;

namespace Cassandra.Lab.Guest.Agent;

/// <summary>Makes a machine restored from the common snapshot one of its own.</summary>
internal sealed class IdentityChange(IdentityRequest request) : ICall
{
    private const string MachineIdFile = "/etc/machine-id";
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private const string OwnBootId = "/run/cassandra-lab-boot-id";
    private const string NetworkFile = "/etc/cassandra-lab/network";

    /// <summary>Sets what the request names. After an ordinary boot only the clock is left to do.</summary>
    public async Task<int> RunAsync()
    {
        SystemClock.Set(DateTimeOffset.FromUnixTimeMilliseconds(request.UnixMilliseconds));
        KernelRandom.Reseed(request.Entropy);
        if (await File.ReadAllTextAsync(MachineIdFile) == request.MachineId + "\n")
            return 0;

        await File.WriteAllTextAsync(MachineIdFile, request.MachineId + "\n");
        SetBootId();
        SetHostName(request.HostName, request.Address);
        Directory.CreateDirectory(Path.GetDirectoryName(NetworkFile)!);
        await File.WriteAllTextAsync(NetworkFile, $"MAC={request.MacAddress}\nADDRESS={request.Address}\n");
        // The journal's files are named after the machine id, and its entries carry the boot id.
        await SystemctlAsync("restart", "systemd-journald.service", "lab-network.service");
        return 0;
    }

    public void Input(ReadOnlyMemory<byte> piece) { }

    public void EndInput() { }

    public void Kill() { }

    public void Dispose() { }

    // Drawn once per boot, and so the same in every copy of a booted machine.
    private static void SetBootId()
    {
        File.WriteAllText(OwnBootId, Guid.NewGuid() + "\n");
        Mounts.BindFile(OwnBootId, BootIdFile);
    }

    private static void SetHostName(string name, string address)
    {
        File.WriteAllText("/proc/sys/kernel/hostname", name);
        File.WriteAllText("/etc/hostname", name + "\n");
        // Cassandra does not start on a machine whose own name does not resolve.
        File.WriteAllText("/etc/hosts", $"127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n{address}\t{name}\n");
    }

    private static async Task SystemctlAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/systemctl", arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new IOException($"systemctl {string.Join(' ', arguments)}: {error}");
    }
}
