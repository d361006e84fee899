using System.Security.Cryptography;
using System.Text;
using Cassandra.Lab.Images;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.StandIn;

/// <summary>Builds the Debian package <c>cassandra</c> that holds the stand-in for Apache Cassandra: same user, paths,
/// init script and commands, other program.</summary>
public static class StandInPackage
{
    private const string BinaryPath = "usr/lib/cassandra-stand-in/java";
    private const UnixFileMode Plain = (UnixFileMode)0b110_100_100;
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    private static readonly string[] Executables = ["etc/init.d/cassandra", "usr/sbin/cassandra", BinaryPath];
    private static readonly string[] Applets = ["usr/bin/nodetool", "usr/bin/sstableutil"];

    private static string Sources => Path.Combine(LabPaths.Repository, "tests", "Cassandra.Lab", "StandIn", "package");

    /// <summary>The path of the package. One with the same content that lies there already is used again.</summary>
    /// <param name="version">Release to pretend to be: "4.1.7", "5.0.4".</param>
    /// <param name="outDir">Where the package goes; made if absent.</param>
    /// <param name="options">The binary and the package's fields.</param>
    /// <param name="ct">Ends the building.</param>
    /// <exception cref="HostProgramException">dpkg-deb or the compiler failed.</exception>
    public static async Task<string> BuildAsync(
        string version, string outDir, StandInPackageOptions? options = null, CancellationToken ct = default)
    {
        options ??= new StandInPackageOptions();
        if (options.GuestBinary is { } binary)
            return await BuildAsync(version, outDir, options, binary, ct);
        using var compiled = await new GuestBinary(new ContentCache(LabPaths.Cache, Progress.Standard), Progress.Standard).GetAsync(ct);
        return await BuildAsync(version, outDir, options, compiled.File(GuestBinary.Name), ct);
    }

    private static async Task<string> BuildAsync(
        string version, string outDir, StandInPackageOptions options, string binary, CancellationToken ct)
    {
        Directory.CreateDirectory(outDir);
        var name = $"cassandra_{version}_{options.Architecture}-{Key(version, options, binary)}.deb";
        var package = Path.Combine(outDir, name);
        if (File.Exists(package))
            return package;

        var building = Path.Combine(outDir, $".{name}.{Guid.NewGuid():N}");
        try
        {
            var tree = Path.Combine(building, "tree");
            WriteTree(tree, version, options, binary);
            // Not compressed: unpacking is slow in an emulated machine, and the file lives for one test run.
            await HostProgram.RunAsync(
                "dpkg-deb", ["--root-owner-group", "-Znone", "--build", tree, Path.Combine(building, name)], ct: ct);
            // A rename in one directory: two builders at once both leave a whole package.
            File.Move(Path.Combine(building, name), package, overwrite: true);
        }
        finally
        {
            Directory.Delete(building, recursive: true);
        }
        return package;
    }

    private static void WriteTree(string tree, string version, StandInPackageOptions options, string binary)
    {
        var files = Path.Combine(Sources, "files");
        foreach (var source in Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories))
            Put(tree, Path.GetRelativePath(files, source), File.ReadAllText(source));
        File.AppendAllText(Path.Combine(tree, "etc/cassandra/cassandra.yaml"), ReleaseSettings.For(version));
        Put(tree, "usr/share/cassandra/release-version", version + "\n");
        Put(tree, $"usr/share/cassandra/apache-cassandra-{version}.jar", "No jar: this is a stand-in.\n");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(tree, BinaryPath))!);
        File.Copy(binary, Path.Combine(tree, BinaryPath));
        foreach (var applet in Applets)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(tree, applet))!);
            File.CreateSymbolicLink(Path.Combine(tree, applet), "../../" + BinaryPath);
        }
        foreach (var directory in (string[])["var/lib/cassandra", "var/log/cassandra"])
            Directory.CreateDirectory(Path.Combine(tree, directory));
        SetModes(tree);
        WriteControl(tree, version, options);
    }

    private static void WriteControl(string tree, string version, StandInPackageOptions options)
    {
        Put(tree, "DEBIAN/control", Control(version, options));
        var configuration = Directory.EnumerateFiles(Path.Combine(tree, "etc"), "*", SearchOption.AllDirectories)
            .Select(path => "/" + Path.GetRelativePath(tree, path)).Order(StringComparer.Ordinal);
        Put(tree, "DEBIAN/conffiles", string.Concat(configuration.Select(path => path + "\n")));
        foreach (var script in Directory.EnumerateFiles(Path.Combine(Sources, "control")))
        {
            Put(tree, "DEBIAN/" + Path.GetFileName(script), File.ReadAllText(script));
            File.SetUnixFileMode(Path.Combine(tree, "DEBIAN", Path.GetFileName(script)), Executable);
        }
    }

    private static string Control(string version, StandInPackageOptions options) =>
        $"""
        Package: cassandra
        Version: {version}
        Architecture: {options.Architecture}
        Maintainer: Tests of the Cassandra charm <root@localhost>
        Section: misc
        Priority: extra
        Depends: adduser, procps{(options.DependsOnJava ? ", " + ReleaseSettings.JavaDependency(version) : "")}
        Suggests: cassandra-tools
        Description: stand-in for the distributed storage system Apache Cassandra
         Behaves towards an operator as Cassandra does (user, files, service, ports, nodetool, logs) and detects what
         a careless mover of its data does wrong. It is not Apache Cassandra and stores nothing worth keeping.

        """;

    private static void Put(string tree, string path, string text)
    {
        var target = Path.Combine(tree, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.WriteAllText(target, text);
    }

    private static void SetModes(string tree)
    {
        foreach (var directory in Directory.EnumerateDirectories(tree, "*", SearchOption.AllDirectories).Append(tree))
            File.SetUnixFileMode(directory, Executable);
        foreach (var file in Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories))
        {
            if (new FileInfo(file).LinkTarget is null)
                File.SetUnixFileMode(file, Executables.Contains(Path.GetRelativePath(tree, file)) ? Executable : Plain);
        }
    }

    private static string Key(string version, StandInPackageOptions options, string binary)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Control(version, options) + ReleaseSettings.For(version)));
        foreach (var source in Directory.EnumerateFiles(Sources, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(Sources, source)));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(source)));
        }
        hash.AppendData(SHA256.HashData(File.ReadAllBytes(binary)));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
