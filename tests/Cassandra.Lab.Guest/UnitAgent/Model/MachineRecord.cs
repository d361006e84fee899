using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cassandra.Lab.Guest.UnitAgent.Model;

/// <summary>The machine's document, durable like a unit's.</summary>
internal sealed class MachineRecord
{
    private readonly Lock _lock = new();
    private readonly AgentPaths _paths;
    private MachineDocument _machine;

    private MachineRecord(AgentPaths paths, MachineDocument machine)
    {
        _paths = paths;
        _machine = machine;
    }

    public static MachineRecord LoadOrCreate(AgentPaths paths, Func<MachineDocument> create)
    {
        if (File.Exists(paths.MachineDocument))
        {
            var stored = JsonSerializer.Deserialize(File.ReadAllBytes(paths.MachineDocument), ModelJson.Default.MachineDocument);
            return new MachineRecord(paths, stored!);
        }

        var record = new MachineRecord(paths, create());
        record.Save();
        return record;
    }

    public T Read<T>(Func<MachineDocument, T> read)
    {
        lock (_lock)
            return read(_machine);
    }

    public T Change<T>(Func<MachineDocument, T> change)
    {
        lock (_lock)
        {
            var result = change(_machine);
            Save();
            return result;
        }
    }

    /// <summary>Sets a property by its JSON name in kebab case, as in "update-status-interval".</summary>
    /// <exception cref="FormatException">No such property, or a value of another type.</exception>
    public void Set(string key, string value)
    {
        lock (_lock)
        {
            var document = JsonSerializer.SerializeToNode(_machine, ModelJson.Default.MachineDocument)!.AsObject();
            var name = string.Concat(key.Split('-').Select((part, i) => i == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]));
            if (document[name] is not { } old)
                throw new FormatException($"unknown model setting \"{key}\"; known: {string.Join(' ', document.Select(p => p.Key))}");
            try
            {
                document[name] = old.GetValueKind() == JsonValueKind.String ? JsonValue.Create(value) : JsonNode.Parse(value);
                _machine = document.Deserialize(ModelJson.Default.MachineDocument)!;
            }
            catch (JsonException e)
            {
                throw new FormatException($"{key}: \"{value}\" is no {old.GetValueKind()}", e);
            }

            Save();
        }
    }

    private void Save() => DurableFile.Write(
        _paths.MachineDocument, JsonSerializer.SerializeToUtf8Bytes(_machine, ModelJson.Default.MachineDocument));
}
