using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cassandra.Hostile.Inputs;

/// <summary>JSON that is still JSON, and not what was written: members gone, null, of other kinds, twice, unknown.</summary>
internal static class JsonNoise
{
    /// <summary>A document after some changes to its tree, and to its bytes now and then.</summary>
    public static byte[] Apply(Random chance, byte[] json)
    {
        if (Noise.Rarely(chance, 2000))
            return Noise.Monster(chance);
        var root = JsonNode.Parse(json)!;
        for (var times = Noise.Geometric(chance); times > 0; times--)
            Change(chance, Descend(chance, root));
        var bytes = Encoding.UTF8.GetBytes(Twice(chance, root.ToJsonString(new JsonSerializerOptions { WriteIndented = chance.Next(2) == 0, MaxDepth = 1000 })));
        return chance.Next(3) == 0 ? Noise.Apply(chance, bytes) : bytes;
    }

    private static JsonNode Descend(Random chance, JsonNode node)
    {
        while (chance.Next(3) != 0)
        {
            var child = node switch
            {
                JsonObject { Count: > 0 } map => map.ElementAt(chance.Next(map.Count)).Value,
                JsonArray { Count: > 0 } list => list[chance.Next(list.Count)],
                _ => null,
            };
            if (child is not (JsonObject or JsonArray))
                break;
            node = child;
        }

        return node;
    }

    private static void Change(Random chance, JsonNode node)
    {
        switch (node)
        {
            case JsonArray list when list.Count > 0 && chance.Next(2) == 0:
                list[chance.Next(list.Count)] = Value(chance);
                break;
            case JsonArray list:
                list.Insert(chance.Next(list.Count + 1), Value(chance));
                break;
            case JsonObject map:
                ChangeMember(chance, map);
                break;
        }
    }

    private static void ChangeMember(Random chance, JsonObject map)
    {
        if (map.Count == 0 || chance.Next(8) == 0)
        {
            map[Words.OneOf(chance, "format", "work", "on", "unknown", "$type", "", "owner")] = Value(chance);
            return;
        }

        var at = chance.Next(map.Count);
        var (name, value) = map.ElementAt(at);
        map.RemoveAt(at);
        switch (chance.Next(5))
        {
            case 0:
                break; // gone
            case 1:
                map.Add(name, null);
                break;
            case 2:
                map.Insert(chance.Next(map.Count + 1), name, value); // at another place
                break;
            default:
                map.Insert(at, name, Value(chance));
                break;
        }
    }

    private static JsonNode? Value(Random chance) => chance.Next(12) switch
    {
        0 => null,
        1 => JsonValue.Create(chance.Next(2) == 0),
        2 => JsonValue.Create(chance.Next(-2, 5)),
        3 => JsonValue.Create(long.MaxValue),
        4 => JsonNode.Parse("1e999"),
        5 => JsonValue.Create(0.5),
        6 => new JsonArray(),
        7 => new JsonObject(),
        8 => new JsonArray(null, ""),
        9 => JsonValue.Create(Words.OneOf(chance, "serving", "SERVING", "ready, serving", "released", "moving", "volume", "root-disk", "7", "xfs")),
        10 => JsonValue.Create(Words.GuidOf(chance).ToString()),
        _ => JsonValue.Create(Words.Text(chance)),
    };

    // A member that stands twice is a thing that trees cannot say.
    private static string Twice(Random chance, string json) => chance.Next(20) != 0 || !json.StartsWith('{') ? json
        : $"{{\"{Words.OneOf(chance, "format", "owner", "state", "work", "served")}\":{Value(chance)?.ToJsonString() ?? "null"}{(json.Length > 2 ? "," : "")}{json[1..]}";
}
