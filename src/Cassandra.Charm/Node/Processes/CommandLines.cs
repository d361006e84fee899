using System.Text;

namespace Cassandra.Charm.Node.Processes;

/// <summary>Tells by its arguments what a process is to Cassandra.</summary>
internal static class CommandLines
{
    private const string DaemonClass = "org.apache.cassandra.service.CassandraDaemon";

    private const string LauncherScript = "/usr/sbin/cassandra";

    private const string InitScript = "/etc/init.d/cassandra";

    private static ReadOnlySpan<byte> InName => "cassandra"u8;

    private static ReadOnlySpan<byte> Java => "java"u8;

    /// <summary>
    /// The role, by whole arguments, so that an editor or a search for one of the names is none; null where it has none.
    /// </summary>
    /// <param name="commandLine">Arguments, each ended by NUL, as in <c>/proc/PID/cmdline</c>.</param>
    public static ProcessRole? RoleOf(ReadOnlySpan<byte> commandLine)
    {
        // Nearly every process of a machine ends here, at the price of one search.
        if (commandLine.IndexOf(InName) < 0 && commandLine.IndexOf(Java) < 0)
            return null;
        var arguments = Encoding.UTF8.GetString(commandLine).TrimEnd('\0').Split('\0');
        return Path.GetFileName(arguments[0]) switch
        {
            "java" => arguments.Contains(DaemonClass) ? ProcessRole.Daemon : ProcessRole.OtherJava,
            "start-stop-daemon" when arguments.Contains(LauncherScript) => ProcessRole.Launcher,
            "sh" or "dash" or "bash" when RunsLauncher(arguments.AsSpan(1)) => ProcessRole.Launcher,
            _ => null,
        };
    }

    // From the init script over start-stop-daemon to the launcher and Java, no moment is without one of these.
    private static bool RunsLauncher(ReadOnlySpan<string> arguments)
    {
        while (arguments is [['-', ..], ..])
            arguments = arguments[1..];
        return arguments is [LauncherScript, ..] or [InitScript, "start" or "restart" or "force-reload", ..];
    }
}
