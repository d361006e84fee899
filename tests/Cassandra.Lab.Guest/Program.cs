namespace Cassandra.Lab.Guest;

/// <summary>One binary under many names: <c>lab-guest APPLET ARGS…</c>, or a link called APPLET.</summary>
internal static class Program
{
    private const string OwnName = "lab-guest";

    // One line per applet. The name under which the program was called comes first, so that a link is enough to
    // install a hook tool or a stand-in command.
    private static readonly Dictionary<string, Func<string[], Task<int>>> Applets = new(UnitAgent.Applets.All, StringComparer.Ordinal)
    {
        ["agent"] = Agent.CommandAgent.RunAsync,
        ["java"] = StandIn.StandInDaemon.RunAsync,
        ["stand-in-daemon"] = StandIn.StandInDaemon.RunAsync,
        ["nodetool"] = StandIn.Management.Nodetool.RunAsync,
        ["sstableutil"] = StandIn.Management.SSTableUtil.RunAsync,
        ["cql-client"] = Client.CqlClient.RunAsync,
        ["trace"] = Tracing.TraceApplet.RunAsync,
        [Tracing.TraceApplet.Traced] = Tracing.TraceApplet.BecomeAsync,
    };

    private static async Task<int> Main(string[] args)
    {
        var calledAs = Path.GetFileName(UnitAgent.InvokedName.Path);
        if (Applets.TryGetValue(calledAs, out var applet))
            return await applet(args);
        if (args.Length > 0 && Applets.TryGetValue(args[0], out applet))
            return await applet(args[1..]);

        await Console.Error.WriteLineAsync(
            $"usage: {OwnName} APPLET [ARG…], or a link named APPLET; applets: {string.Join(' ', Applets.Keys)}");
        return 2;
    }
}
