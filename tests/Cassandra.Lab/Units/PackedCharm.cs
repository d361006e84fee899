using System.Security.Cryptography;
using Cassandra.Lab.Images;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Units;

/// <summary>The charm as Juju gets it: the archive that <c>scripts/pack</c> makes of this working tree.</summary>
public sealed record PackedCharm
{
    /// <summary>Names an archive to be used instead.</summary>
    public const string Variable = "CASSANDRA_CHARM";

    private const string Archive = "build/cassandra_amd64.charm";

    private PackedCharm(string file)
    {
        File = Path.GetFullPath(file);
        Hash = Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(file)));
    }

    /// <summary>The archive.</summary>
    public string File { get; }

    /// <summary>Hash of its content.</summary>
    public string Hash { get; }

    /// <summary>Packs it; what has not changed is not compiled again.</summary>
    public static async Task<PackedCharm> EnsureAsync(Progress progress, CancellationToken ct = default)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return System.IO.File.Exists(given)
                ? new PackedCharm(given)
                : throw new LabUnavailableException($"there is no charm {given} ({Variable})");
        }
        await progress.StepAsync("packing the charm (scripts/pack)", line => HostProgram.RunAsync(
            Path.Combine(LabPaths.Repository, "scripts", "pack"), [], line, workingDirectory: LabPaths.Repository, ct: ct));
        return new PackedCharm(Path.Combine(LabPaths.Repository, Archive));
    }
}
