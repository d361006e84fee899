using System.Text.Json.Serialization;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Core.Journaling;

/// <summary>JSON of all that the charm keeps: kebab-case names, enums as words, indented for people.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    UseStringEnumConverter = true,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VolumeRecord))]
[JsonSerializable(typeof(Journal))]
[JsonSerializable(typeof(Order))]
public sealed partial class StateJson : JsonSerializerContext;
