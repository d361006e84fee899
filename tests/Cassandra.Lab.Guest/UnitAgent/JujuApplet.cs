using System.Diagnostics;
using System.Net.Sockets;
using Cassandra.Lab.Guest.UnitAgent.Agent;
using Cassandra.Lab.Guest.UnitAgent.Control;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent;

/// <summary>`lab-guest juju [--root DIR] VERB …`: an operator's commands; the first deploy sets the agent up.</summary>
internal static class JujuApplet
{
    private static readonly TimeSpan AgentStartLimit = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = "";
        if (arguments is ["--root", var directory, ..])
            (root, arguments) = (Path.GetFullPath(directory), arguments[2..]);
        if (arguments is [] or ["help" or "--help", ..])
        {
            Console.Write($"usage: lab-guest juju [--root DIR] VERB …\n  bootstrap [--machine-id N] [--model-uuid U]\n{ControlVerbs.Usage}");
            return arguments.Length == 0 ? 2 : 0;
        }

        var paths = new AgentPaths(root);
        try
        {
            if (arguments[0] is "deploy" or "bootstrap" && !SocketCall.Answers(paths.ControlSocket))
                await AgentService.InstallAsync(paths, DeployVerbs.DeployFlags.Parse(arguments[1..]));
            return arguments[0] == "bootstrap" ? 0 : Send(paths, arguments);
        }
        catch (Exception e) when (e is ToolFailure or SocketException or IOException)
        {
            Console.Error.WriteLine($"ERROR {e.Message}");
            return e is ToolFailure failure ? failure.ExitCode : 1;
        }
    }

    private static int Send(AgentPaths paths, string[] arguments)
    {
        AwaitAgent(paths);
        return SocketCall.Print(SocketCall.Send(
            paths.ControlSocket, new ToolRequest(arguments[0], arguments[1..], Environment.CurrentDirectory)));
    }

    /// <summary>After a boot, commands may come before the agent does.</summary>
    private static void AwaitAgent(AgentPaths paths)
    {
        var clock = Stopwatch.StartNew();
        while (Directory.Exists(Path.GetDirectoryName(paths.ControlSocket)) && clock.Elapsed < AgentStartLimit
            && !SocketCall.Answers(paths.ControlSocket))
            Thread.Sleep(100); // a socket that another process opens: only polling sees it
    }
}
