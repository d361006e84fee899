using System.Net.Sockets;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent;

/// <summary>A hook tool's own process: hands its arguments to the agent and prints the answer.</summary>
internal static class HookToolApplet
{
    public static Task<int> RunAsync(string tool, string[] arguments) => Task.FromResult(Run(tool, arguments));

    private static int Run(string tool, string[] arguments)
    {
        var context = Environment.GetEnvironmentVariable("JUJU_CONTEXT_ID");
        if (string.IsNullOrEmpty(context))
            return Fail("JUJU_CONTEXT_ID not set");
        var socket = Environment.GetEnvironmentVariable("JUJU_AGENT_SOCKET_ADDRESS");
        if (string.IsNullOrEmpty(socket))
            return Fail("JUJU_AGENT_SOCKET_ADDRESS not set");
        if (Environment.GetEnvironmentVariable("JUJU_AGENT_SOCKET_NETWORK") == StubHookToolsApplet.Network)
            return StubHookToolsApplet.Answer(socket, tool, arguments);
        try
        {
            var request = new ToolRequest(tool, arguments, Environment.CurrentDirectory) { ContextId = context };
            return SocketCall.Print(SocketCall.Send(socket, request));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return Fail($"dial unix {socket}: connect: {e.Message}");
        }
    }

    private static int Fail(string why)
    {
        Console.Error.WriteLine($"ERROR {why}");
        return 1;
    }
}
