using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Images;

/// <summary>
/// The distribution's own archive, as the host's apt is configured to reach it: mirror, suites and proxy. The guest
/// is of the host's distribution and release; the host's further archives do not concern it.
/// </summary>
/// <param name="Distribution">"Debian" or "Ubuntu".</param>
/// <param name="Release">Code name.</param>
/// <param name="Sources">Lines for sources.list.</param>
/// <param name="AptOptions">Proxy settings.</param>
internal sealed record AptArchive(
    string Distribution, string Release, IReadOnlyList<string> Sources, IReadOnlyList<string> AptOptions)
{
    public string KernelPackage => Distribution == "Ubuntu" ? "linux-image-virtual" : "linux-image-cloud-amd64";

    /// <summary>Asks the host's apt.</summary>
    public static async Task<AptArchive> OfHostAsync(Progress progress, CancellationToken ct)
    {
        var (distribution, release) = HostRelease();
        var sources = await SourcesAsync(distribution, release, ct);
        if (sources.Count == 0)
        {
            await progress.StepAsync("reading the package lists (apt-get update)", line =>
                HostProgram.RunAsync("apt-get", ["update"], line, ct: ct));
            sources = await SourcesAsync(distribution, release, ct);
        }
        if (sources.Count == 0)
            throw new LabUnavailableException(
                $"the host's apt knows no archive of {distribution} {release}: its sources.list is needed to build the guest");
        return new AptArchive(distribution, release, sources, await ProxyOptionsAsync(ct));
    }

    /// <summary>Distribution and code name, which are part of what an image is built from.</summary>
    public static (string Distribution, string Release) HostRelease()
    {
        var fields = File.ReadLines("/etc/os-release")
            .Select(line => line.Split('=', 2))
            .Where(field => field.Length == 2)
            .ToDictionary(field => field[0], field => field[1].Trim('"'));
        var distribution = fields.GetValueOrDefault("ID") switch
        {
            "debian" => "Debian",
            "ubuntu" => "Ubuntu",
            var other => throw new LabUnavailableException($"test machines are built on Debian or Ubuntu, not on {other}"),
        };
        return (distribution, fields["VERSION_CODENAME"]);
    }

    private static async Task<IReadOnlyList<string>> SourcesAsync(string distribution, string release, CancellationToken ct)
    {
        // apt reads both file formats for us. SIGNED_BY stays unexpanded where a source names no key.
        var targets = await HostProgram.RunAsync(
            "apt-get",
            ["indextargets", "--format", "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)", "Created-By: Packages"],
            ct: ct);
        return [.. targets.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('|'))
            .Where(field => field[0] == distribution
                && (field[2] == release || field[2].StartsWith(release + "-", StringComparison.Ordinal)))
            .Select(field => $"deb {field[1]} {field[2]} {field[3]}")
            .Distinct()];
    }

    private static async Task<IReadOnlyList<string>> ProxyOptionsAsync(CancellationToken ct)
    {
        var settings = await HostProgram.RunAsync(
            "apt-config", ["dump", "--format", "%f \"%v\"%n", "Acquire::http::Proxy", "Acquire::https::Proxy"], ct: ct);
        return settings.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
