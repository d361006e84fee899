using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>What the charm may have changed on a machine, as one text that can be compared.</summary>
internal static class MachineState
{
    private static readonly string[] Directories =
    [
        "/etc/cassandra", "/etc/systemd/system", "/etc/udev/rules.d", "/etc/default", "/etc/cron.d", "/usr/sbin/policy-rc.d",
        "/run/systemd/system", "/run/systemd/transient", "/srv", "/var/lib/cassandra-charm",
    ];

    /// <summary>Mounts, units, configuration, the charm's state, Cassandra's process. Cassandra's own data is not in it: a
    /// serving node writes.</summary>
    public static async Task<string> OfAsync(CassandraUnit unit) => string.Join('\n',
        await unit.RunAsync("findmnt", "-rno", "TARGET,SOURCE,FSTYPE"),
        await unit.RunAsync("lsattr", "-d", "/srv"),
        Sorted(await OutputAsync(unit, "find", [.. Directories, "-xdev", "-type", "f", "-exec", "sha256sum", "{}", "+"])),
        Sorted(await OutputAsync(unit, "find", [.. Directories, "-xdev", "(", "-type", "l", "-o", "-type", "d", ")", "-printf", "%p %m %u %l\\n"])),
        await unit.RunAsync("pgrep", "-u", "cassandra", "-l"));

    // Some of the directories may be absent, which find says with its exit code.
    private static async Task<string> OutputAsync(CassandraUnit unit, string program, string[] arguments) =>
        (await unit.Machine.RunAsync(program, arguments)).StdOut;

    private static string Sorted(string lines) => string.Join('\n', lines.Split('\n').Order(StringComparer.Ordinal));
}
