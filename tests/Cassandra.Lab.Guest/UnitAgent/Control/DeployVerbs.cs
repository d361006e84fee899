using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Agent;
using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Control;

/// <summary>deploy, refresh, attach-resource, remove-unit.</summary>
internal static class DeployVerbs
{
    /// <summary>Also read by the client, which starts the agent for the first deploy.</summary>
    public static FlagSet DeployFlags => new FlagSet()
        .Text("charm").Text("unit").Text("config").Switch("config-json-input").Text("resource").Switch("leader")
        .Text("machine-id").Text("model-uuid");

    public static readonly ControlVerb[] All =
    [
        new(
            "deploy",
            "--charm FILE --unit APP/N [--config k=v|k=@file|FILE.yaml]… [--config-json-input] [--resource NAME=FILE]… "
                + "[--leader] [--machine-id N] [--model-uuid U]",
            DeployFlags,
            DeployAsync),
        new("refresh", "APP-OR-UNIT --charm FILE [--force-units]", new FlagSet().Text("charm").Switch("force-units"), RefreshAsync),
        new("attach-resource", "APP-OR-UNIT NAME=FILE", new FlagSet(), AttachAsync),
        new("remove-unit", "UNIT", new FlagSet(), RemoveAsync),
    ];

    private static Task<ToolResponse> DeployAsync(ControlCall call)
    {
        var charmFile = call.FilePath(call.Arguments.Value("charm") ?? throw new FormatException("--charm is missing"));
        var name = call.Arguments.Value("unit") ?? throw new FormatException("--unit is missing");
        if (!Names.IsUnit(name))
            throw new FormatException($"\"{name}\" is not a valid unit name");
        var paths = call.Agent.Paths;
        MakeRoomFor(name, call.Agent);

        var charm = Store(charmFile, revision: 0, paths, call.Agent.Machine.Read(m => m.IsThree));
        var config = Configuration(call, charmFile, name.Split('/')[0]);
        var unit = new UnitDocument
        {
            Name = name,
            Charm = charm,
            Leader = call.Arguments.Has("leader"),
            Relations = Peers(call.Agent, charmFile, name.Split('/')[0]),
        };
        foreach (var resource in call.Arguments.Values("resource"))
            StoreResource(call, unit, charmFile, resource);
        if (call.Arguments.Value("model-uuid") is { } uuid)
            call.Agent.Machine.Set("model-uuid", uuid);
        if (call.Arguments.Value("machine-id") is { } machine)
            call.Agent.Machine.Set("machine-id", machine);
        call.Agent.Start(UnitRecord.Create(paths, unit, new ConfigDocument { Version = 1, Values = config }));
        return ControlCall.Done;
    }

    /// <summary>A removed unit's history is kept beside a new one of the same name.</summary>
    private static void MakeRoomFor(string name, MachineAgent agent)
    {
        if (agent.Workers.FirstOrDefault(w => w.Unit.Name == name) is { } old && !old.Unit.Read(u => u.Removed))
            throw new FormatException($"unit \"{name}\" already exists");
        var directory = agent.Paths.UnitDirectory(name);
        if (!Directory.Exists(directory))
            return;
        var number = 1;
        while (Directory.Exists($"{directory}.removed-{number}"))
            number++;
        Directory.Move(directory, $"{directory}.removed-{number}");
        File.Move($"{directory}.removed-{number}/unit.json", $"{directory}.removed-{number}/removed-unit.json");
    }

    private static JsonObject Configuration(ControlCall call, string charmFile, string application)
    {
        using var archive = new CharmArchive(charmFile);
        var schema = ConfigSchema.Parse(archive.ReadText("config.yaml"));
        var texts = new List<(string, string)>();
        var values = new JsonObject();
        foreach (var item in call.Arguments.Values("config"))
        {
            if (item.Contains('='))
                texts.Add(ConfigText.Pair(item, call.FilePath));
            else
                values = ConfigText.FromYamlFile(call.FilePath(item), application);
        }

        if (call.Arguments.Has("config-json-input"))
            values = JsonNode.Parse(call.Input) as JsonObject ?? throw new FormatException("expected a JSON object on standard input");
        return ConfigVerbs.Checked(schema, texts, values);
    }

    private static List<RelationDocument> Peers(MachineAgent agent, string charmFile, string application)
    {
        using var archive = new CharmArchive(charmFile);
        return CharmMetadata.Parse(archive.ReadText("metadata.yaml")!).Peers
            .Select(endpoint => new RelationDocument
            {
                Id = $"{endpoint}:{agent.Machine.Change(m => ++m.LastRelationId)}",
                Endpoint = endpoint,
                RemoteApplication = application,
            })
            .ToList();
    }

    private static CharmReference Store(string charmFile, int revision, AgentPaths paths, bool isThree)
    {
        var faults = CharmRules.Check(charmFile, isThree).Where(v => v.Fatal).ToList();
        if (faults.Count > 0)
            throw new FormatException($"{Path.GetFileName(charmFile)} cannot be deployed:\n{string.Join('\n', faults)}");
        var charm = new CharmReference(FileDigest.Sha256(charmFile), revision);
        Directory.CreateDirectory(paths.CharmCache);
        File.Copy(charmFile, $"{paths.CharmCache}/{charm.Sha256}.charm", overwrite: true);
        return charm;
    }

    private static void StoreResource(ControlCall call, UnitDocument unit, string charmFile, string word)
    {
        using var archive = new CharmArchive(charmFile);
        var (name, file) = NameAndFile(word);
        if (!CharmMetadata.Parse(archive.ReadText("metadata.yaml")!).Resources.Contains(name))
            throw new FormatException($"unrecognized resource \"{name}\"");
        unit.Resources[name] = CopyResource(call, unit.Name, name, file);
    }

    private static string CopyResource(ControlCall call, string unit, string name, string file)
    {
        var stored = call.Agent.Paths.StoredResource(unit, name);
        Directory.CreateDirectory(Path.GetDirectoryName(stored)!);
        File.Copy(call.FilePath(file), stored, overwrite: true);
        return FileDigest.Sha256(stored);
    }

    private static (string Name, string File) NameAndFile(string word)
    {
        var equals = word.IndexOf('=');
        return equals > 0
            ? (word[..equals], word[(equals + 1)..])
            : throw new FormatException($"expected \"name=file\", got \"{word}\"");
    }

    private static Task<ToolResponse> RefreshAsync(ControlCall call)
    {
        var charmFile = call.FilePath(call.Arguments.Value("charm") ?? throw new FormatException("--charm is missing"));
        foreach (var worker in call.Agent.Find(call.Required(0)))
        {
            var revision = worker.Unit.Read(u => (u.Target ?? u.Charm).Revision);
            var charm = Store(charmFile, revision + 1, call.Agent.Paths, call.Agent.Machine.Read(m => m.IsThree));
            worker.Unit.Change(unit =>
            {
                unit.Target = charm;
                unit.ForceUpgrade = call.Arguments.Has("force-units");
            });
        }

        return ControlCall.Done;
    }

    private static Task<ToolResponse> AttachAsync(ControlCall call)
    {
        var (name, file) = NameAndFile(call.Required(1));
        foreach (var worker in call.Agent.Find(call.Required(0)))
        {
            if (!worker.Charm.Metadata.Resources.Contains(name))
                throw new FormatException($"unrecognized resource \"{name}\"");
            var digest = CopyResource(call, worker.Unit.Name, name, file);
            worker.Unit.Change(unit =>
            {
                unit.ResourcesChanged |= unit.Resources.GetValueOrDefault(name) != digest;
                unit.Resources[name] = digest;
            });
        }

        return ControlCall.Done;
    }

    private static Task<ToolResponse> RemoveAsync(ControlCall call)
    {
        call.Unit.Unit.Change(unit => unit.Dying = true);
        return ControlCall.Done;
    }
}
