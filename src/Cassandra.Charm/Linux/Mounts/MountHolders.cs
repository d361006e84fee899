namespace Cassandra.Charm.Linux.Mounts;

/// <summary>Processes that keep a mount busy, for people.</summary>
internal static class MountHolders
{
    private static readonly string[] Links = ["cwd", "root", "exe"];

    /// <summary>E.g. <c>java (1234)</c>; processes with a file open, mapped, or their directory there.</summary>
    internal static IReadOnlyList<string> Of(string point, MachinePaths paths) =>
    [
        .. Directory.EnumerateDirectories(paths.Proc)
            .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]) && Holds(process, point))
            .Select(process => $"{Name(process)} ({Path.GetFileName(process)})"),
    ];

    private static bool Holds(string process, string point)
    {
        try
        {
            return Links.Select(name => $"{process}/{name}")
                    .Concat(Directory.EnumerateFileSystemEntries($"{process}/fd")).Any(link => IsUnder(Target(link), point))
                || File.ReadLines($"{process}/maps").Any(line => IsUnder(line[Math.Max(0, line.IndexOf('/', StringComparison.Ordinal))..], point));
        }
        catch (Exception ended) when (ended is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Target(string link) => new FileInfo(link).LinkTarget ?? "";

    private static bool IsUnder(string path, string point) =>
        path == point || path.StartsWith(point + "/", StringComparison.Ordinal);

    private static string Name(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/comm").Trim();
        }
        catch (IOException)
        {
            return "a process";
        }
    }
}
