using System.Globalization;
using System.Text.RegularExpressions;
using Cassandra.Charm.Node.Configuration;

namespace Cassandra.Charm.Node.Installing;

/// <summary>The Java runtimes of this machine, and which of them a release of Cassandra supports.</summary>
/// <param name="paths">Where they are installed.</param>
internal sealed partial class JavaRuntimes(NodePaths paths)
{
    /// <summary>Java releases that a release of Cassandra supports, best first (cassandra-facts, Package).</summary>
    public static IReadOnlyList<int> SupportedBy(CassandraVersion version) => version.Major switch
    {
        <= 3 => [8],
        4 => [11, 8],
        5 => [17, 11],
        _ => [21, 17],
    };

    /// <summary>The installed runtime to use, for JAVA_HOME: PATH may lead to another one; null where none fits.</summary>
    public string? HomeFor(CassandraVersion version) => SupportedBy(version)
        .Select(release => Installed().FirstOrDefault(runtime => runtime.Release == release).Home)
        .FirstOrDefault(home => home is not null);

    private List<(int Release, string? Home)> Installed() =>
    [
        .. (Directory.Exists(paths.JavaRuntimes) ? Directory.EnumerateDirectories(paths.JavaRuntimes) : [])
            .Order(StringComparer.Ordinal)
            .Select(directory => (Name: Path.GetFileName(directory), Match: DirectoryName().Match(Path.GetFileName(directory))))
            .Where(found => found.Match.Success && File.Exists($"{paths.JavaRuntimes}/{found.Name}/bin/java"))
            .Select(found => (
                int.Parse(found.Match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                (string?)$"{NodePaths.JavaRuntimesName}/{found.Name}")),
    ];

    // Debian's and Ubuntu's "java-11-openjdk-amd64", others' "temurin-17-jre-amd64".
    [GeneratedRegex(@"\A(?:java|temurin|zulu|msopenjdk)-([0-9]{1,2})-")]
    private static partial Regex DirectoryName();
}
