using System.Text.Json.Serialization;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Node.Data;
using Cassandra.Charm.Node.Installing;
using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Node;

/// <summary>JSON of the small files that the node's classes keep.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(WholeList<SealedDirectory>)])]
[JsonSerializable(typeof(StartRecord))]
[JsonSerializable(typeof(SealMark))]
[JsonSerializable(typeof(InstallStamp))]
internal sealed partial class NodeStateJson : JsonSerializerContext;
