using System.Text.Json.Serialization;
using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Service;

/// <summary>What a hook wants read.</summary>
internal sealed record CheckRequest(string Volume, DiskPin Pin, BlankCheckMode Mode);

/// <summary>How a copy ended.</summary>
/// <param name="CopyId">Which copy.</param>
/// <param name="BootId">The boot it ended in.</param>
/// <param name="Problem">Why it cannot be done; null where every file was verified.</param>
/// <param name="Remedy">What the operator can do.</param>
internal sealed record CopyOutcome(Guid CopyId, string BootId, string? Problem, string Remedy)
{
    /// <summary>Passes over a source that serves ended so; null for a copy of one at rest.</summary>
    public FollowedSource? Followed { get; init; }

    /// <summary>The state of the source that was copied, see <see cref="Copying.TreeFingerprint"/>; null where it was not copied to the end.</summary>
    public string? Source { get; init; }
}

/// <summary>How the passes over a source that serves ended.</summary>
/// <param name="Passes">How many.</param>
/// <param name="BytesLeft">About what the last pass is to bring.</param>
/// <param name="Began">When the last one began.</param>
/// <param name="Uptime">When it ended, in seconds since boot.</param>
internal sealed record FollowedSource(int Passes, long BytesLeft, DateTimeOffset Began, double Uptime);

/// <summary>What the service is doing, for the status line.</summary>
/// <param name="Volume">The volume.</param>
/// <param name="Copy">Progress of a copy; null while a disk is being read.</param>
/// <param name="Fraction">How much of a disk has been read, 0 to 1.</param>
/// <param name="Pass">Which pass over a source that serves; 0 for a copy of one at rest.</param>
internal sealed record ServiceProgress(string Volume, CopyProgress? Copy, double Fraction = 0, int Pass = 0);

/// <summary>JSON of the files between hooks and the service.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(OneWord<BlankCheckMode>), typeof(FiniteNumber)])]
[JsonSerializable(typeof(CheckRequest))]
[JsonSerializable(typeof(BlankFinding))]
[JsonSerializable(typeof(CopyOutcome))]
[JsonSerializable(typeof(ServiceProgress))]
internal sealed partial class ServiceJson : JsonSerializerContext;
