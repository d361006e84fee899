using System.Text.RegularExpressions;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Node.Configuration;

namespace Cassandra.Charm.Node.Installing;

/// <summary>Chooses the package of a Java runtime for a package of Cassandra.</summary>
/// <param name="apt">Knows what the archives have.</param>
/// <param name="runtimes">Knows what is installed.</param>
internal sealed partial class JavaPackage(Apt apt, JavaRuntimes runtimes)
{
    /// <summary>The package to install; null where Cassandra needs none, or one that it supports is there already.</summary>
    /// <exception cref="EffectFailedException">No archive has one that this release supports.</exception>
    public async Task<string?> ChooseAsync(PackageFacts cassandra, CancellationToken cancel)
    {
        if (!NeedsJava(cassandra.Depends) || CassandraVersion.Parse(cassandra.Version) is not { } version
            || runtimes.HomeFor(version) is not null)
            return null;
        var candidates = Candidates(version, cassandra.Depends);
        foreach (var package in candidates)
        {
            if (await apt.CandidateAsync(package, cancel).ConfigureAwait(false) is not null)
                return package;
        }
        throw new EffectFailedException(
            $"Cassandra {cassandra.Version} runs on {string.Join(" or ", candidates)}, and no archive of this machine has it",
            "add a source that has it to install-sources, or deploy on a release of Ubuntu that has it");
    }

    /// <summary>Packages for a release, best first; those that the package itself names before others.</summary>
    internal static IReadOnlyList<string> Candidates(CassandraVersion version, string depends) =>
    [
        .. JavaRuntimes.SupportedBy(version)
            .OrderByDescending(release => depends.Contains($"openjdk-{release}-", StringComparison.Ordinal)
                || depends.Contains($"java{release}-runtime", StringComparison.Ordinal))
            .Select(release => $"openjdk-{release}-jre-headless"),
    ];

    internal static bool NeedsJava(string depends) => JavaInDepends().IsMatch(depends);

    [GeneratedRegex(@"\b(?:java\d*-runtime|java\d+-sdk|openjdk-\d+|default-j(?:re|dk)|temurin-\d+)")]
    private static partial Regex JavaInDepends();
}
