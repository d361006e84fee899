using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cassandra.Charm.Juju;

/// <summary>JSON of the hook tools (juju-contract section 3).</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(NetworkAnswer))]
[JsonSerializable(typeof(GoalStateAnswer))]
internal sealed partial class JujuJson : JsonSerializerContext;
