using System.Text.Json.Serialization;

namespace Cassandra.Lab.Guest.Client;

/// <summary>A time without an acknowledged write, because attempts failed or one took longer than a second.</summary>
internal sealed record Gap(DateTime LastOk, DateTime FirstOk, double Seconds);

/// <summary>What a writing run saw. Latencies in milliseconds.</summary>
internal sealed record WriteReport(
    long Acknowledged, long Deleted, long FailedAttempts, string? LastFailure, double MedianLatency, double P99Latency,
    double MaximumLatency, DateTime? FirstOk, DateTime? LastOk, IReadOnlyList<Gap> Gaps);

/// <summary>What a verification found. <see cref="Lost"/> counts wrong values too.</summary>
internal sealed record VerifyReport(
    long Acknowledged, long Present, long Lost, long Wrong, long Deleted, long Resurrected, long Unacknowledged,
    IReadOnlyList<long> FirstLost, IReadOnlyList<long> FirstResurrected);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(WriteReport))]
[JsonSerializable(typeof(VerifyReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
