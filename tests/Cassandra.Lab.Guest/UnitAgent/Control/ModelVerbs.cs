using System.Text.Json;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Control;

/// <summary>Settings of the model and the machine.</summary>
internal static class ModelVerbs
{
    public static readonly ControlVerb[] All =
    [
        new("model", "[key=value…]   (zone, address, version, update-status-interval, retry-base, …; alone: prints all)", new FlagSet(), ModelAsync),
    ];

    private static Task<ToolResponse> ModelAsync(ControlCall call)
    {
        if (call.Arguments.Words.Count == 0)
        {
            var text = call.Agent.Machine.Read(m => JsonSerializer.Serialize(m, ModelJson.Default.MachineDocument));
            return Task.FromResult(new ToolResponse(0, text + "\n", ""));
        }

        foreach (var (key, value) in call.KeyValues(skip: 0))
        {
            call.Agent.Machine.Set(key, value);
            if (key == "address")
                AddressChanged(call);
        }

        call.Agent.WakeAll();
        return ControlCall.Done;
    }

    /// <summary>config-changed also fires when the machine's addresses change.</summary>
    private static void AddressChanged(ControlCall call)
    {
        foreach (var worker in call.Agent.Workers)
            worker.Unit.Change(unit => unit.ConfigVersionSeen = -1);
    }
}
