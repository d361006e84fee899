using System.Text.Json.Nodes;

namespace Cassandra.Lab.Juju;

/// <summary>What a unit has written into a relation.</summary>
/// <param name="OfUnit">Its own bag.</param>
/// <param name="OfApplication">The application's, as this unit knows it; if it leads, as it has written it.</param>
/// <param name="Sequence">Later looks may wait until the unit has changed after this.</param>
internal sealed record RelationSides(IReadOnlyDictionary<string, string> OfUnit, IReadOnlyDictionary<string, string> OfApplication, long Sequence)
{
    public static RelationSides Parse(string json)
    {
        var shown = JsonNode.Parse(json)!.AsObject();
        return new RelationSides(Bag(shown["unit"]), Bag(shown["application"]), shown["sequence"]!.GetValue<long>());
    }

    public static bool AreEqual(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private static Dictionary<string, string> Bag(JsonNode? node) =>
        node!.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>());
}
