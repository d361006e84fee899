using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Node.Installing;

/// <summary>apt and dpkg, without questions, waiting for each other's locks.</summary>
/// <param name="programs">Runs them.</param>
/// <param name="proxies">Variables that lead them through the model's proxies.</param>
internal sealed class Apt(IPrograms programs, IReadOnlyDictionary<string, string?> proxies)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(5);

    private const string Helper = "/usr/lib/apt/apt-helper";

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
                return await RunAsync(TimeSpan.FromMinutes(10), cancel, "apt-get", [.. Quiet, "update"]).ConfigureAwait(false);
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
        string[] arguments =
            [.. Quiet, .. KeepFiles, "--no-install-recommends", "--allow-change-held-packages", "install", .. packages];
        try
        {
            await RunAsync(TimeSpan.FromMinutes(30), cancel, "apt-get", arguments).ConfigureAwait(false);
        }
        catch (CommandFailedException failure) when (failure.ErrorTail.Contains("dpkg was interrupted", StringComparison.Ordinal))
        {
            await RunAsync(TimeSpan.FromMinutes(30), cancel, "dpkg", ["--force-confdef", "--force-confold", "--configure", "-a"])
                .ConfigureAwait(false);
            await RunAsync(TimeSpan.FromMinutes(30), cancel, "apt-get", arguments).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps a package from being upgraded, which would restart its service.</summary>
    public Task HoldAsync(string package, CancellationToken cancel) =>
        RunAsync(TimeSpan.FromMinutes(6), cancel, "apt-mark", ["hold", package]);

    /// <summary>The version an archive offers; null where none does.</summary>
    public async Task<string?> CandidateAsync(string package, CancellationToken cancel)
    {
        var policy = await RunAsync(TimeSpan.FromMinutes(1), cancel, "apt-cache", ["policy", package]).ConfigureAwait(false);
        return Field(policy.Output, "Candidate") is { Length: > 0 } version and not "(none)" ? version : null;
    }

    /// <summary>Version and dependencies of what <see cref="InstallAsync"/> would install for <c>name</c> or <c>name=version</c>; null where nothing.</summary>
    public async Task<PackageFacts?> FactsAsync(string package, CancellationToken cancel)
    {
        var shown = await RunAsync(
            TimeSpan.FromMinutes(1), cancel, "apt-cache", ["show", "--no-all-versions", package], [0, 100]).ConfigureAwait(false);
        return shown.ExitCode == 0 && Field(shown.Output, "Version") is { Length: > 0 } version
            ? new PackageFacts(version, Field(shown.Output, "Depends") ?? "")
            : null;
    }

    /// <summary>Version and dependencies of a package file.</summary>
    public async Task<PackageFacts> FactsOfFileAsync(string path, CancellationToken cancel)
    {
        var shown = await RunAsync(
            TimeSpan.FromMinutes(1), cancel, "dpkg-deb", ["--field", path, "Package", "Version", "Depends"]).ConfigureAwait(false);
        var name = Field(shown.Output, "Package");
        return name == InstalledPackage.Name
            ? new PackageFacts(Field(shown.Output, "Version") ?? "", Field(shown.Output, "Depends") ?? "")
            : throw new EffectFailedException(
                $"the resource cassandra-package holds the package {name}", "attach a package named cassandra, or an empty file");
    }

    /// <summary>Fetches a file with apt's own downloader, which knows proxies and certificates.</summary>
    public Task DownloadAsync(string address, string target, CancellationToken cancel) =>
        RunAsync(TimeSpan.FromMinutes(2), cancel, Helper, ["-o", "Acquire::Retries=3", "download-file", address, target]);

    private Task<CommandResult> RunAsync(
        TimeSpan limit, CancellationToken cancel, string program, string[] arguments, int[]? accepts = null) =>
        programs.RunAsync(
            new Command(program, arguments)
            {
                TimeLimit = limit,
                Accepts = accepts ?? [0],
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
