using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

[assembly: AssemblyFixture(typeof(Cassandra.Charm.Tests.Packing.PackedCharm))]

namespace Cassandra.Charm.Tests.Packing;

/// <summary>The archive that <c>scripts/pack</c> makes; packed once for all tests, compiled only if the sources changed.</summary>
public sealed class PackedCharm
{
    private const int SymbolicLink = 0xA000;
    private const int TypeMask = 0xF000;

    private readonly Lazy<string> _archive = new(Pack);

    /// <summary>Path of the archive.</summary>
    public string Archive => _archive.Value;

    /// <summary>Runs <c>scripts/pack</c> with these arguments and returns what it says.</summary>
    public static string RunPack(params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.PathOf("scripts", "pack"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"scripts/pack failed:\n{output}{error.Result}");
    }

    /// <summary>Unpacks the archive as Juju does: nine permission bits, links as links.</summary>
    public void UnpackTo(string directory)
    {
        using var archive = ZipFile.OpenRead(Archive);
        foreach (var entry in archive.Entries)
        {
            var path = Path.Join(directory, entry.FullName);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if ((ModeOf(entry) & TypeMask) == SymbolicLink)
                File.CreateSymbolicLink(path, Content(entry));
            else
                entry.ExtractToFile(path);
        }
    }

    /// <summary>The Unix mode in an entry's attributes.</summary>
    public static int ModeOf(ZipArchiveEntry entry) => entry.ExternalAttributes >>> 16;

    /// <summary>Whether an entry is a symbolic link.</summary>
    public static bool IsLink(ZipArchiveEntry entry) => (ModeOf(entry) & TypeMask) == SymbolicLink;

    /// <summary>An entry's content as text.</summary>
    public static string Content(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string Pack()
    {
        RunPack();
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        return Repository.PathOf("build", $"cassandra_{architecture}.charm");
    }
}
