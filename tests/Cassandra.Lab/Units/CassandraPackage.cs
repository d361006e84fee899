using System.Security.Cryptography;
using Cassandra.Lab.Images;
using Cassandra.Lab.StandIn;

namespace Cassandra.Lab.Units;

/// <summary>The Debian package that plays Cassandra in the machines: the stand-in, or a real one given as a file.</summary>
public sealed record CassandraPackage
{
    // What the packages of Cassandra 4.1 and 5.0 ask for, in the names of today's Debian and Ubuntu: the machines have
    // no network to fetch it from. The full runtime, because only that one provides "java11-runtime".
    private static readonly string[] Runtime = ["openjdk-17-jre", "python3", "libjemalloc2"];

    private CassandraPackage(string file, bool isStandIn)
    {
        File = file;
        IsStandIn = isStandIn;
    }

    /// <summary>The .deb.</summary>
    public string File { get; }

    /// <summary>False for a package that was given.</summary>
    public bool IsStandIn { get; }

    /// <summary>How a person should read what is shown with it.</summary>
    public string Description => IsStandIn
        ? "a STAND-IN for Apache Cassandra, built by these tests; it is not Apache Cassandra"
        : $"the package {Path.GetFileName(File)}";

    /// <summary>Packages that must be in the machine's image.</summary>
    public IReadOnlyList<string> GuestPackages => IsStandIn ? [] : Runtime;

    /// <summary>RAM that a machine needs.</summary>
    public int MemoryMiB => IsStandIn ? 768 : 3072;

    /// <summary>How much longer than with the stand-in everything may take: an emulated JVM is slow.</summary>
    public int Slowness => IsStandIn ? 1 : 12;

    /// <summary>Builds the stand-in.</summary>
    public static async Task<CassandraPackage> StandInAsync(CancellationToken ct = default) => new(
        await StandInPackage.BuildAsync("5.0.4", Path.Combine(LabPaths.Cache, "packages"), ct: ct), isStandIn: true);

    /// <summary>A real package.</summary>
    /// <exception cref="LabUnavailableException">There is no such file.</exception>
    public static CassandraPackage Of(string file) => System.IO.File.Exists(file)
        ? new(Path.GetFullPath(file), isStandIn: false)
        : throw new LabUnavailableException($"there is no package {file}");

    /// <summary>Hash of its content.</summary>
    public async Task<string> HashAsync(CancellationToken ct = default)
    {
        await using var content = System.IO.File.OpenRead(File);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct));
    }
}
