using System.Text.Json.Serialization;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Core.Journaling;

/// <summary>
/// JSON of all that the charm keeps: kebab-case names, enums as words, indented for people. Strict: what lacks a member
/// that must be there, has null for one, or has one twice, is damaged. Members that may be absent say what they are then
/// in their <c>init</c> as well: the generated code sets those that are absent, too, to null (measured, .NET 10).
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters =
    [
        typeof(OneWord<RecordState>), typeof(OneWord<MovePhase>), typeof(OneWord<AdoptPhase>), typeof(WholeList<string>), typeof(WholeList<Guid>),
        typeof(FiniteNumber), typeof(WholeList<FailedTarget>), typeof(WholeList<Undertaking.Preparing>),
    ])]
[JsonSerializable(typeof(VolumeRecord))]
[JsonSerializable(typeof(Journal))]
[JsonSerializable(typeof(Order))]
public sealed partial class StateJson : JsonSerializerContext;
