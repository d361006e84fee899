using System.Text.Json.Serialization;

namespace Cassandra.Lab.Guest.Agent;

/// <summary>Run a program. Without <paramref name="ClearEnvironment"/> it inherits the agent's environment.</summary>
public sealed record RunRequest(
    string Program,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    bool ClearEnvironment,
    string? WorkingDirectory);

/// <summary>Write a file, replacing what is there at once and whole. <paramref name="Mode"/> is numeric.</summary>
public sealed record PutRequest(string Path, int Mode);

/// <summary>
/// What tells machines that were restored from one snapshot apart: the time of day, the randomness, the names.
/// Without fresh randomness two of them would draw the same UUIDs.
/// </summary>
public sealed record IdentityRequest(long UnixMilliseconds, byte[] Entropy, string HostName, string MachineId);

/// <summary>The JSON of the requests.</summary>
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(PutRequest))]
[JsonSerializable(typeof(IdentityRequest))]
public sealed partial class RequestJson : JsonSerializerContext;
