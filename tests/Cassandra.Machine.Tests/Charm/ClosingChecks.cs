using System.Text.RegularExpressions;
using Cassandra.Lab.Guest.UnitAgent.Wire;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>What must be true of a unit after every story.</summary>
internal static partial class ClosingChecks
{
    /// <summary>What the stand-in saw that a careful mover never does.</summary>
    public const string Alarms = "/var/log/cassandra/stand-in-alarms.log";

    public static async Task RunAsync(CassandraUnit unit, bool isStandIn, bool hooksMayFail = false)
    {
        var status = await unit.Juju.StatusAsync();
        var runs = await unit.Juju.RunsAsync();
        Assert.All(runs.Where(run => run.Kind == "hook" && !hooksMayFail), run => Assert.True(run.Succeeded, $"{unit.Name}: {run}"));
        Assert.All(
            (await unit.Juju.StatusHistoryAsync()).Where(entry => entry.Kind == "workload"),
            entry => Assert.True(FirstWords().IsMatch($"{entry.State}: {entry.Message}"), $"{unit.Name} said \"{entry.State}: {entry.Message}\""));
        if (isStandIn)
            Assert.Equal("", (await unit.Machine.RunAsync("cat", [Alarms])).StdOut);
        if (!Serves(status))
            return;
        Assert.DoesNotMatch(Loopback(), await unit.Machine.ReadTextAsync("/etc/cassandra/cassandra.yaml"));
        await NothingIsLostAsync(unit);
    }

    // There no peer and no client would reach it.
    [GeneratedRegex(@"^(listen_address|broadcast_rpc_address):\s*['""]?127\.", RegexOptions.Multiline)]
    private static partial Regex Loopback();

    /// <summary>Everything that was ever acknowledged can be read, everything that was deleted cannot.</summary>
    public static async Task NothingIsLostAsync(CassandraUnit unit)
    {
        await unit.Client.StopAsync();
        var found = await unit.Client.VerifyAsync();
        Assert.True(found is { Lost: 0, Resurrected: 0, Acknowledged: > 0 }, $"{unit.Name}: {found}");
    }

    private static bool Serves(UnitStatus status) =>
        status.Life == "alive" && !status.Message.Contains("Cassandra is down", StringComparison.Ordinal)
        && !status.Message.Contains("has not been started", StringComparison.Ordinal);

    // Design section 4, and the few that have nothing to do with volumes.
    [GeneratedRegex("""
        ^(active:\ serving\ from\ (vol|the\ root\ disk|[A-Za-z0-9._:-]+\ \()
        |maintenance:\ ($|cleaning\ up\ prior\ to\ charm\ deletion$|checking|preparing|copying\ to|switching\ to|installing|starting\ Cassandra|purging|stopp|waiting\ for\ machine)
        |waiting:\ (\S+\ is\ not\ attached;\ |turn\ to\ |\S+:\ |Cassandra\ has\ not\ been\ started|waiting\ for\ machine|installing\ agent|agent\ init)
        |terminated:\ $
        |blocked:\ (volume-map|\S+:\ refused,\ |\S+\ is\ missing;\ Cassandra\ is\ down;\ |\S+\ is\ released|on\ hold\ since\ |Cassandra\ does\ not\ stay\ up|\S+:\ ))
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex FirstWords();
}
