using System.Security.Cryptography;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Images;

/// <summary>The published lab-guest.</summary>
internal sealed class GuestBinary(ContentCache cache, Progress progress)
{
    public const string Name = "lab-guest";
    private const string Runtime = "linux-x64";

    private static string Project => Path.Combine(LabPaths.Repository, "tests", "Cassandra.Lab.Guest");

    /// <summary>The hash of the sources.</summary>
    public static string Key()
    {
        string[] shared = ["Directory.Build.props", "Directory.Packages.props", "global.json"];
        var sources = Directory.EnumerateFiles(Project, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(LabPaths.Repository, path))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Concat(shared)
            .Order(StringComparer.Ordinal);
        return ContentCache.Key(sources.SelectMany(path => (string[])[path, HashOf(Path.Combine(LabPaths.Repository, path))]));
    }

    public Task<CacheEntry> GetAsync(CancellationToken ct) =>
        cache.GetAsync("guest", Key(), directory =>
            progress.StepAsync("compiling lab-guest", line => PublishAsync(directory, line, ct)), ct);

    // Into directories of its own, so that it cannot meet a build of the same tree. Restored without the runtime
    // identifier, because a locked restore with one fails (NU1004).
    private static async Task PublishAsync(string directory, Action<string> line, CancellationToken ct)
    {
        var artifacts = Path.Combine(directory, "artifacts");
        await HostProgram.RunAsync("dotnet", ["restore", Project, "--locked-mode", "--artifacts-path", artifacts], line, ct: ct);
        await HostProgram.RunAsync("dotnet",
        [
            "publish", Project, "--no-restore", "--configuration", "Release", "--runtime", Runtime,
            "--artifacts-path", artifacts, "--output", Path.Combine(directory, "publish"),
        ], line, ct: ct);
        File.Move(Path.Combine(directory, "publish", Name), Path.Combine(directory, Name));
        Directory.Delete(Path.Combine(directory, "publish"), recursive: true);
        Directory.Delete(artifacts, recursive: true);
    }

    private static string HashOf(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
