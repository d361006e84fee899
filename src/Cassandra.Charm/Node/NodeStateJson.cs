using System.Text.Json.Serialization;
using Cassandra.Charm.Node.Data;
using Cassandra.Charm.Node.Installing;
using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Node;

/// <summary>JSON of the small files that the node's classes keep.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(StartRecord))]
[JsonSerializable(typeof(SealMark))]
[JsonSerializable(typeof(InstallStamp))]
internal sealed partial class NodeStateJson : JsonSerializerContext;
