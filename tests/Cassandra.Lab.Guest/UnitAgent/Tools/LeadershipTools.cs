using System.Globalization;
using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

internal static class LeadershipTools
{
    public static readonly HookTool[] All =
    [
        new("is-leader", new FlagSet().Formatted(), call => call.Print(call.Unit.Leader)),
        new("goal-state", new FlagSet().Formatted(), GoalState) { DefaultFormat = "yaml" },
    ];

    private static void GoalState(ToolCall call)
    {
        if (call.Arguments.Value("format") is "smart")
            throw ToolFailure.Usage("invalid value \"smart\" for flag --format: unknown format \"smart\"");
        var unit = call.Unit;
        var units = new JsonObject { [unit.Name] = Entry(unit.Workload.State, unit.Workload.Since) };
        foreach (var (name, status) in unit.GoalUnits ?? Peers(unit))
            units[name] = Entry(status, unit.Workload.Since);

        var relations = new JsonObject();
        foreach (var relation in unit.Relations)
        {
            if (relations[relation.Endpoint] is not JsonObject members)
                relations[relation.Endpoint] = members = [];
            members[relation.RemoteApplication] = Entry("joined", unit.Workload.Since);
            foreach (var remote in relation.Units.Keys)
                members[remote] = Entry("active", unit.Workload.Since);
        }

        call.Print(new JsonObject { ["units"] = units, ["relations"] = relations });
    }

    private static IEnumerable<KeyValuePair<string, string>> Peers(UnitDocument unit) =>
        unit.Relations.Where(r => r.RemoteApplication == unit.Application)
            .SelectMany(r => r.Units.Keys)
            .Distinct()
            .Select(name => KeyValuePair.Create(name, "active"));

    private static JsonObject Entry(string status, DateTimeOffset since) => new()
    {
        ["status"] = status,
        ["since"] = since.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };
}
