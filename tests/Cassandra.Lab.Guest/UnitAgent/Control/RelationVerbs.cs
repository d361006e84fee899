using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Control;

/// <summary>Relations with units that the lab plays, or that live on other machines: relate, unrelate, remote-set, remote-depart,
/// application-set, relation-show.</summary>
internal static class RelationVerbs
{
    public static readonly ControlVerb[] All =
    [
        new("relate", "UNIT ENDPOINT REMOTE-APP", new FlagSet(), RelateAsync),
        new("unrelate", "UNIT ENDPOINT", new FlagSet(), call => ChangeAsync(call, r => r.Breaking = true)),
        new("remote-set", "UNIT ENDPOINT REMOTE-UNIT-OR-APP [k=v…] [--replace]   (an unknown unit joins)", new FlagSet().Switch("replace"), SetAsync),
        new("application-set", "UNIT PEER-ENDPOINT [k=v…]   (what the leader has written, in place of what was there)", new FlagSet(), SetApplicationAsync),
        new("remote-depart", "UNIT ENDPOINT REMOTE-UNIT", new FlagSet(), call => ChangeAsync(call, r =>
            (r.Units.GetValueOrDefault(call.Required(2)) ?? throw new FormatException($"{call.Required(2)} is not in {r.Id}"))
                .Departing = true)),
        new("relation-show", "UNIT ENDPOINT [--since SEQUENCE [--timeout SECONDS]]   (this unit's settings, JSON; with --since: when the unit has changed after that)",
            new FlagSet().Text("since").Text("timeout"), ShowAsync),
    ];

    private static Task<ToolResponse> RelateAsync(ControlCall call)
    {
        var (endpoint, application) = (call.Required(1), call.Required(2));
        if (!call.Unit.Charm.Metadata.Endpoints.Contains(endpoint))
            throw new FormatException($"the charm has no endpoint \"{endpoint}\"");
        var id = $"{endpoint}:{call.Agent.Machine.Change(m => ++m.LastRelationId)}";
        call.Unit.Unit.Change(unit => unit.Relations.Add(
            new RelationDocument { Id = id, Endpoint = endpoint, RemoteApplication = application }));
        return Task.FromResult(new ToolResponse(0, id + "\n", ""));
    }

    private static Task<ToolResponse> SetAsync(ControlCall call) => ChangeAsync(call, relation =>
    {
        var remote = call.Required(2);
        var settings = relation.RemoteApplicationSettings;
        if (remote.Contains('/'))
        {
            if (relation.Units.TryGetValue(remote, out var unit))
                unit.Version++;
            else
                relation.Units[remote] = unit = new RemoteUnit();
            settings = unit.Settings;
        }
        else
        {
            relation.ApplicationVersion++;
        }

        if (call.Arguments.Has("replace"))
            settings.Clear();
        foreach (var (key, value) in call.KeyValues(skip: 3))
        {
            if (value.Length == 0)
                settings.Remove(key);
            else
                settings[key] = value;
        }
    });

    /// <summary>An event for all but the leader, whose own writing it is.</summary>
    private static Task<ToolResponse> SetApplicationAsync(ControlCall call)
    {
        call.Unit.Unit.Change(unit =>
        {
            var relation = Find(unit, call.Required(1));
            relation.ApplicationSettings = new(new Dictionary<string, string>(call.KeyValues(skip: 2)), StringComparer.Ordinal);
            if (!unit.Leader)
                relation.ApplicationVersion++;
        });
        return ControlCall.Done;
    }

    private static async Task<ToolResponse> ShowAsync(ControlCall call)
    {
        var record = call.Unit.Unit;
        if (call.Arguments.Value("since") is { } since)
            await record.WaitForChangeAsync(long.Parse(since, System.Globalization.CultureInfo.InvariantCulture), call.Seconds("timeout", 5));
        var sequence = record.Sequence;
        var shown = record.Read(unit =>
        {
            var relation = Find(unit, call.Required(1));
            return new JsonObject
            {
                ["id"] = relation.Id,
                ["unit"] = Map(relation.Settings),
                ["application"] = Map(relation.ApplicationSettings),
                ["sequence"] = sequence,
            };
        });
        return new ToolResponse(0, OutputFormat.Write(shown, "json"), "");
    }

    private static JsonObject Map(SortedDictionary<string, string> settings) =>
        new(settings.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));

    private static Task<ToolResponse> ChangeAsync(ControlCall call, Action<RelationDocument> change)
    {
        call.Unit.Unit.Change(unit => change(Find(unit, call.Required(1))));
        return ControlCall.Done;
    }

    private static RelationDocument Find(UnitDocument unit, string endpoint) =>
        unit.Relations.Find(r => r.Endpoint == endpoint || r.Id == endpoint)
        ?? throw new FormatException($"{unit.Name} has no relation on \"{endpoint}\"");
}
