using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Node.Installing;

/// <summary>apt and dpkg, without questions, waiting for each other's locks.</summary>
/// <param name="programs">Runs them.</param>
/// <param name="proxies">Variables that lead them through the model's proxies.</param>
internal sealed class Apt(IPrograms programs, IReadOnlyDictionary<string, string?> proxies)
{
    private const string Helper = "/usr/lib/apt/apt-helper";
    private const int NotFound = 100;

    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan QueryLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan UpdateLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(30);

    // The first boot of a cloud image runs apt for minutes, unattended-upgrades as well.
    private static readonly string[] Quiet =
        ["-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0"];

    // A configuration file that was changed, by the charm or by hand, stays.
    private static readonly string[] KeepFiles =
        ["-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"];

    /// <summary>Reads the archives' indices again.</summary>
    public async Task UpdateAsync(CancellationToken cancel)
    {
        // DPkg::Lock::Timeout does not cover the lock of the indices.
        var done = await Poll.UntilAsync<object>(TryUpdateAsync, LockPatience, cancel).ConfigureAwait(false);
        if (done is null)
            throw new EffectFailedException("another apt has been at work for minutes");

        async Task<object?> TryUpdateAsync()
        {
            try
            {
                return await RunAsync(new Command("apt-get", [.. Quiet, "update"]), UpdateLimit, cancel).ConfigureAwait(false);
            }
            catch (CommandFailedException busy) when (busy.ErrorTail.Contains("/lists/lock", StringComparison.Ordinal))
            {
                return null;
            }
        }
    }

    /// <summary>Installs packages by name, <c>name=version</c>, or path of a file.</summary>
    public async Task InstallAsync(IReadOnlyList<string> packages, CancellationToken cancel)
    {
        var install = new Command(
            "apt-get",
            [.. Quiet, .. KeepFiles, "--no-install-recommends", "--allow-change-held-packages", "install", .. packages]);
        try
        {
            await RunAsync(install, InstallLimit, cancel).ConfigureAwait(false);
        }
        catch (CommandFailedException failure) when (failure.ErrorTail.Contains("dpkg was interrupted", StringComparison.Ordinal))
        {
            var repair = new Command("dpkg", "--force-confdef", "--force-confold", "--configure", "-a");
            await RunAsync(repair, InstallLimit, cancel).ConfigureAwait(false);
            await RunAsync(install, InstallLimit, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps a package from being upgraded, which would restart its service.</summary>
    public Task HoldAsync(string package, CancellationToken cancel) =>
        RunAsync(new Command("apt-mark", "hold", package), UpdateLimit, cancel);

    /// <summary>The version an archive offers; null where none does.</summary>
    public async Task<string?> CandidateAsync(string package, CancellationToken cancel)
    {
        var policy = await RunAsync(new Command("apt-cache", "policy", package), QueryLimit, cancel).ConfigureAwait(false);
        return Field(policy.Output, "Candidate") is { Length: > 0 } version and not "(none)" ? version : null;
    }

    /// <summary>Version and dependencies of what <see cref="InstallAsync"/> would install for <c>name</c> or <c>name=version</c>; null where nothing.</summary>
    public async Task<PackageFacts?> FactsAsync(string package, CancellationToken cancel)
    {
        var show = new Command("apt-cache", "show", "--no-all-versions", package) { Accepts = [0, NotFound] };
        var shown = await RunAsync(show, QueryLimit, cancel).ConfigureAwait(false);
        return shown.ExitCode == 0 && Field(shown.Output, "Version") is { Length: > 0 } version
            ? new PackageFacts(version, Field(shown.Output, "Depends") ?? "")
            : null;
    }

    /// <summary>Version and dependencies of a package file.</summary>
    public async Task<PackageFacts> FactsOfFileAsync(string path, CancellationToken cancel)
    {
        var show = new Command("dpkg-deb", "--field", path, "Package", "Version", "Depends");
        var shown = await RunAsync(show, QueryLimit, cancel).ConfigureAwait(false);
        var name = Field(shown.Output, "Package");
        return name == InstalledPackage.Name
            ? new PackageFacts(Field(shown.Output, "Version") ?? "", Field(shown.Output, "Depends") ?? "")
            : throw new EffectFailedException(
                $"the resource cassandra-package holds the package {name}", "attach a package named cassandra, or an empty file");
    }

    /// <summary>Fetches a file with apt's own downloader, which knows proxies and certificates.</summary>
    public Task DownloadAsync(string address, string target, CancellationToken cancel) =>
        RunAsync(new Command(Helper, "-o", "Acquire::Retries=3", "download-file", address, target), QueryLimit, cancel);

    private Task<CommandResult> RunAsync(Command command, TimeSpan limit, CancellationToken cancel) => programs.RunAsync(
        command with
        {
            TimeLimit = limit,
            Environment = new Dictionary<string, string?>(proxies) { ["DEBIAN_FRONTEND"] = "noninteractive" },
        },
        cancel);

    private static string? Field(string text, string name) => text.Split('\n')
        .Select(line => line.Trim())
        .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();
}

/// <summary>What a package says of itself.</summary>
/// <param name="Version">As Debian spells it.</param>
/// <param name="Depends">Its dependencies, unparsed.</param>
internal sealed record PackageFacts(string Version, string Depends);
