using Cassandra.Lab.Guest.UnitAgent.Agent;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Control;

/// <summary>What an operator's `juju` does, as verbs of the control socket.</summary>
internal sealed class ControlVerbs(MachineAgent agent)
{
    private static readonly Dictionary<string, ControlVerb> ByName = new IEnumerable<ControlVerb>[]
    {
        DeployVerbs.All, ConfigVerbs.All, StatusVerbs.All, OperateVerbs.All, RelationVerbs.All, ModelVerbs.All,
    }.SelectMany(verbs => verbs).ToDictionary(v => v.Name, StringComparer.Ordinal);

    public static string Usage => string.Concat(ByName.Values.Select(v => $"  {v.Name} {v.Usage}\n"));

    public async Task<ToolResponse> AnswerAsync(ToolRequest request)
    {
        try
        {
            var verb = ByName.GetValueOrDefault(request.Tool)
                ?? throw new FormatException($"unknown verb \"{request.Tool}\"\n{Usage}");
            return await verb.Run(new ControlCall(verb, agent, request));
        }
        catch (InputNeeded)
        {
            return new ToolResponse(0, "", "") { NeedsInput = true };
        }
        catch (ToolFailure failure)
        {
            return new ToolResponse(failure.ExitCode, "", $"ERROR {failure.Message}\n");
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            return new ToolResponse(1, "", $"ERROR {e.Message}\n");
        }
    }
}
