using System.Text.Json.Serialization;
using Cassandra.Charm.Core.Rings;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Ring;

/// <summary>
/// What was heard of the others. Juju tells a unit which bag has changed, so one is read in a hook, not a thousand.
/// </summary>
/// <param name="Relation">The peer relation's id.</param>
/// <param name="Units">The other units' bags.</param>
internal sealed record HeardRing(string Relation, Dictionary<string, Dictionary<string, string>> Units)
{
    /// <summary>The application's bag. Null where this unit has written it: whether that counts is read in the next hook.</summary>
    public Dictionary<string, string>? Application { get; init; }

    /// <summary>This unit's own bag; null as above.</summary>
    public Dictionary<string, string>? Own { get; init; }
}

/// <summary>This unit's own account of its turns, and what its operator has lifted.</summary>
internal sealed record OwnTurns(TurnLedger Ledger, Grant? Lifts);

/// <summary>What the charm keeps of the ring, in files.</summary>
internal sealed class RingFiles(StatePaths paths)
{
    /// <summary>What was heard; null before the first look.</summary>
    public HeardRing? Heard
    {
        get => StateFile.Read(paths.HeardRing, RingJson.Default.HeardRing);
        set => StateFile.Write(paths.HeardRing, value!, RingJson.Default.HeardRing);
    }

    /// <summary>Turns; durable before they are said to others.</summary>
    public OwnTurns Turns
    {
        get => StateFile.Read(paths.Turns, RingJson.Default.OwnTurns) ?? new OwnTurns(TurnLedger.New, null);
        set => StateFile.Write(paths.Turns, value, RingJson.Default.OwnTurns);
    }
}

/// <summary>JSON of the files about the ring.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(HeardRing))]
[JsonSerializable(typeof(OwnTurns))]
internal sealed partial class RingJson : JsonSerializerContext;
