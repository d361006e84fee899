namespace Cassandra.Lab.Guest.Agent;

/// <summary>Makes a machine restored from the common snapshot one of its own.</summary>
internal static class Identity
{
    private const string Loopback = "127.0.1.1";

    /// <summary>Sets clock, randomness, host name and machine id. Can be repeated.</summary>
    public static void Assume(IdentityRequest request)
    {
        SystemClock.Set(DateTimeOffset.FromUnixTimeMilliseconds(request.UnixMilliseconds));
        KernelRandom.Reseed(request.Entropy);
        SetHostName(request.HostName);
        File.WriteAllText("/etc/machine-id", request.MachineId + "\n");
    }

    private static void SetHostName(string name)
    {
        File.WriteAllText("/proc/sys/kernel/hostname", name);
        File.WriteAllText("/etc/hostname", name + "\n");
        // Debian's convention for a machine without a fixed address; Cassandra does not start without one that resolves.
        File.WriteAllText("/etc/hosts", $"127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n{Loopback}\t{name}\n");
    }
}
