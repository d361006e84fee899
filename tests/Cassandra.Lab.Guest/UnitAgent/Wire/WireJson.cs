using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cassandra.Lab.Guest.UnitAgent.Wire;

/// <summary>The JSON of the sockets and of the control verbs; both sides of the lab use it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ToolRequest))]
[JsonSerializable(typeof(ToolResponse))]
[JsonSerializable(typeof(UnitStatus))]
[JsonSerializable(typeof(IReadOnlyList<UnitStatus>))]
[JsonSerializable(typeof(StatusEntry))]
[JsonSerializable(typeof(IReadOnlyList<StatusEntry>))]
[JsonSerializable(typeof(HookRun))]
[JsonSerializable(typeof(IReadOnlyList<HookRun>))]
[JsonSerializable(typeof(ActionResult))]
[JsonSerializable(typeof(IReadOnlyList<CharmViolation>))]
public sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>The same types, with text left readable (no \u escapes but those JSON demands).</summary>
    public static WireJson Relaxed { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);
}
