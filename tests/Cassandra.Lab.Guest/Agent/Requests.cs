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
/// What tells machines that were restored from one snapshot apart: the time of day, the randomness, the names, the
/// address. Without fresh randomness two of them would draw the same UUIDs.
/// </summary>
/// <param name="UnixMilliseconds">The time of day.</param>
/// <param name="Entropy">Random bytes.</param>
/// <param name="HostName">It resolves to the address.</param>
/// <param name="MachineId">For /etc/machine-id: 32 hexadecimal digits.</param>
/// <param name="MacAddress">Of the network card.</param>
/// <param name="Address">IPv4, of a network of 16 bits.</param>
public sealed record IdentityRequest(
    long UnixMilliseconds, byte[] Entropy, string HostName, string MachineId, string MacAddress, string Address);

/// <summary>The JSON of the requests.</summary>
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(PutRequest))]
[JsonSerializable(typeof(IdentityRequest))]
public sealed partial class RequestJson : JsonSerializerContext;
