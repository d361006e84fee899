using System.Runtime.InteropServices;
using Cassandra.Lab.Guest.UnitAgent.Agent;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Tools;

namespace Cassandra.Lab.Guest.UnitAgent;

/// <summary>`lab-guest unit-agent [--root DIR] [--machine-id N] [--model-uuid U]`: the machine's agent, until SIGTERM.</summary>
internal static class UnitAgentApplet
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = new FlagSet().Text("root").Text("machine-id").Text("model-uuid").Parse(arguments);
        var paths = new AgentPaths(parsed.Value("root") ?? "");
        Directory.CreateDirectory(paths.ModelDirectory);
        // One agent per machine: two would run hooks side by side.
        await using var alone = new FileStream($"{paths.ModelDirectory}/agent.lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        var machine = MachineRecord.LoadOrCreate(paths, () =>
        {
            var created = new MachineDocument { MachineId = parsed.Value("machine-id") ?? "0" };
            if (parsed.Value("model-uuid") is { } uuid)
                created.ModelUuid = uuid;
            MachineAddress.Fill(created);
            return created;
        });

        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        using var agent = new MachineAgent(paths, machine, stop.Token);
        await agent.RunAsync();
        return 0;
    }
}
