using Cassandra.Lab.Guest.UnitAgent.Hooks;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>All hook tools by name, and how a call is answered.</summary>
internal static class HookTools
{
    private static readonly Dictionary<string, HookTool> ByName = new IEnumerable<HookTool>[]
    {
        ConfigTools.All, StatusTools.All, LogTools.All, PortTools.All, NetworkTools.All, RelationTools.All,
        LeadershipTools.All, ActionTools.All, StateTools.All, StorageTools.All, SecretTools.All, MachineTools.All,
    }.SelectMany(tools => tools).ToDictionary(t => t.Name, StringComparer.Ordinal);

    public static IEnumerable<string> Names => ByName.Keys;

    public static async Task<ToolResponse> AnswerAsync(HookContext context, ToolRequest request)
    {
        await context.Gate.WaitAsync();
        try
        {
            var tool = ByName.GetValueOrDefault(request.Tool) ?? throw ToolFailure.Failed($"unknown command \"{request.Tool}\"");
            var call = new ToolCall(tool, context, request);
            return context.Unit.Read(_ =>
            {
                tool.Run(call); // under the unit's lock: the document may not change between two looks of one call
                return new ToolResponse(0, call.Output, "");
            });
        }
        catch (ToolFailure failure)
        {
            return new ToolResponse(failure.ExitCode, "", $"ERROR {failure.Message}\n");
        }
        catch (InputNeeded)
        {
            return new ToolResponse(0, "", "") { NeedsInput = true };
        }
        finally
        {
            context.Gate.Release();
        }
    }
}
