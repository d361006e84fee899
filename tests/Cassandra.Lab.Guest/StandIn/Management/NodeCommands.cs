using Cassandra.Lab.Guest.StandIn.Storage;

namespace Cassandra.Lab.Guest.StandIn.Management;

/// <summary>What nodetool ends with.</summary>
internal sealed record CommandAnswer(int ExitCode, string Text)
{
    public static CommandAnswer Ok(string text = "") => new(0, text);

    /// <summary>An exception in the daemon: exit 2 and a stack trace.</summary>
    public static CommandAnswer Thrown(string javaClass, string message) =>
        new(2, $"error: {message}\n-- StackTrace --\n{javaClass}: {message}\n");
}

/// <summary>The commands of nodetool that the stand-in knows.</summary>
internal static class NodeCommands
{
    private const string Thread = "RMI TCP Connection(2)-127.0.0.1";

    public static CommandAnswer Run(Node? node, string[] command, CancellationTokenSource stopping)
    {
        var arguments = command[1..];
        if (node is null)
            return command[0] == "version" ? CommandAnswer.Ok() : NoNodes();
        try
        {
            return Report(node, command[0], arguments) ?? Act(node, command[0], arguments, stopping) ?? new CommandAnswer(
                1, $"nodetool: Found unexpected parameters: [{string.Join(", ", command)}]\nSee 'nodetool help' or 'nodetool help <command>'.\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            node.StopForStorageFailure(e);
            return CommandAnswer.Thrown("java.lang.RuntimeException", e.Message);
        }
    }

    private static CommandAnswer? Report(Node node, string command, string[] arguments) => command switch
    {
        "version" => CommandAnswer.Ok($"ReleaseVersion: {node.Knobs.Version}\n"),
        "netstats" => CommandAnswer.Ok(NodeReports.NetStats(node)),
        "statusbinary" => CommandAnswer.Ok(node.IsServing ? "running\n" : "not running\n"),
        "statusgossip" => CommandAnswer.Ok(node.IsGossiping ? "running\n" : "not running\n"),
        "statusbackup" => CommandAnswer.Ok(node.Configuration.IncrementalBackups ? "running\n" : "not running\n"),
        "compactionstats" => CommandAnswer.Ok("pending tasks: 0\n\n"),
        "listsnapshots" => CommandAnswer.Ok(NodeReports.Snapshots(node)),
        "status" or "ring" or "info" or "describecluster" or "gossipinfo" when node.Local is null => NoNodes(),
        "status" => CommandAnswer.Ok(NodeReports.Status(node, node.Local!)),
        "ring" => CommandAnswer.Ok(NodeReports.Ring(node, node.Local!)),
        "info" => CommandAnswer.Ok(NodeReports.Info(node, node.Local!, arguments.Any(argument => argument is "-T" or "--tokens"))),
        "describecluster" => CommandAnswer.Ok(NodeReports.DescribeCluster(node)),
        "gossipinfo" => CommandAnswer.Ok(NodeReports.GossipInfo(node, node.Local!)),
        _ => null,
    };

    private static CommandAnswer? Act(Node node, string command, string[] arguments, CancellationTokenSource stopping)
    {
        switch (command)
        {
            case "drain":
                node.Drain(Thread);
                return CommandAnswer.Ok();
            case "flush":
                node.Database.Flush();
                return CommandAnswer.Ok();
            case "compact":
                node.Database.Flush();
                node.Database.Compact(table => IsIn(table, arguments) && table.SSTables.Count > 0);
                return CommandAnswer.Ok();
            case "enableautocompaction" or "disableautocompaction":
                node.AutoCompaction = command[0] == 'e';
                return CommandAnswer.Ok();
            case "snapshot":
                return Snapshot(node, arguments);
            case "clearsnapshot":
                return ClearSnapshot(node, arguments);
            case "disablebinary":
                node.CloseNativePort();
                return CommandAnswer.Ok();
            case "enablebinary":
                return EnableBinary(node);
            case "stopdaemon":
                stopping.Cancel();
                return CommandAnswer.Ok("Cassandra has shutdown.\n");
            case "decommission":
                // One node has nobody to hand its data to, forced or not.
                return CommandAnswer.Thrown(
                    "java.lang.UnsupportedOperationException",
                    "no other normal nodes in the ring; decommission would be pointless");
            case "stand-in-decommission":
                return Decommission(node);
            default:
                return null;
        }
    }

    private static CommandAnswer NoNodes() => CommandAnswer.Thrown(
        "java.lang.RuntimeException", "No nodes present in the cluster. Has this node finished starting up?");

    private static CommandAnswer EnableBinary(Node node)
    {
        if (node.Mode != NodeMode.Normal)
            return CommandAnswer.Thrown("java.lang.IllegalStateException", "Unable to start native transport because the node was drained.");
        node.OpenNativePort();
        return CommandAnswer.Ok();
    }

    private static CommandAnswer Snapshot(Node node, string[] arguments)
    {
        var tag = Array.IndexOf(arguments, "-t") is >= 0 and var at ? arguments[at + 1]
            : DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        string[] keyspaces = [.. arguments.Where((argument, i) => argument != "-t" && (i == 0 || arguments[i - 1] != "-t"))];
        if (node.Database.Tables.Any(table => table.Directories.Any(directory => Directory.Exists(Path.Combine(directory, "snapshots", tag)))))
            return CommandAnswer.Thrown("java.io.IOException", $"Snapshot {tag} already exists.");
        node.Database.Flush();
        node.Database.Snapshot(tag, table => IsIn(table, keyspaces));
        var what = keyspaces.Length == 0 ? "all keyspaces" : string.Join(", ", keyspaces);
        return CommandAnswer.Ok(
            $"Requested creating snapshot(s) for [{what}] with snapshot name [{tag}] and options {{skipFlush=false}}\nSnapshot directory: {tag}\n");
    }

    private static CommandAnswer ClearSnapshot(Node node, string[] arguments)
    {
        var tag = Array.IndexOf(arguments, "-t") is >= 0 and var at ? arguments[at + 1] : null;
        if (tag is null && !arguments.Contains("--all"))
            return new CommandAnswer(1, "nodetool: Specify snapshot name or --all\nSee 'nodetool help' or 'nodetool help <command>'.\n");
        foreach (var snapshots in node.Database.Tables.SelectMany(table => table.Directories).Select(directory => Path.Combine(directory, "snapshots")))
        {
            var gone = tag is null ? snapshots : Path.Combine(snapshots, tag);
            if (Directory.Exists(gone))
                Directory.Delete(gone, recursive: true);
        }
        return CommandAnswer.Ok($"Requested clearing snapshot(s) for [all keyspaces] with {(tag is null ? "[all snapshots]" : $"snapshot name [{tag}]")}\n");
    }

    private static CommandAnswer Decommission(Node node)
    {
        node.CloseNativePort();
        node.System.Write(node.Local! with { Bootstrapped = LocalNode.Decommissioned }, node.Configuration);
        node.Mode = NodeMode.Decommissioned;
        node.CloseStoragePort();
        return CommandAnswer.Ok();
    }

    private static bool IsIn(Table table, string[] arguments) =>
        arguments.Length == 0 || (table.Definition.Keyspace == arguments[0]
            && (arguments.Length == 1 || arguments.AsSpan(1).Contains(table.Definition.Name)));
}
