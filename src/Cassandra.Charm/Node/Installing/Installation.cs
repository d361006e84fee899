using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Guarding;
using Cassandra.Charm.Node.Processes;
using Cassandra.Charm.Node.Service;
using Serilog;

namespace Cassandra.Charm.Node.Installing;

/// <summary>Puts Cassandra on the machine, step by step; every step looks first whether it is done.</summary>
internal sealed class Installation : IInstallation
{
    /// <summary>What the charm needs of the distribution: program → package.</summary>
    private static readonly (string Program, string Package)[] Tools =
    [
        ("mkfs.xfs", "xfsprogs"), ("mkfs.ext4", "e2fsprogs"), ("sfdisk", "fdisk"), ("wipefs", "util-linux"),
        ("setpriv", "util-linux"), ("mount", "mount"), ("umount", "mount"),
    ];

    private readonly NodePaths _paths;
    private readonly ILogger _log;
    private readonly Func<string, bool> _hasProgram;
    private readonly Apt _apt;
    private readonly ServiceUnit _unit;
    private readonly ConfigurationFiles _files;
    private readonly InstalledPackage _package;
    private readonly InstallStampFile _stamps;
    private readonly ProgramCopy _copy;
    private readonly HostName _hostName;

    /// <summary>Installs on the machine whose files are where <paramref name="paths"/> says.</summary>
    public Installation(
        NodePaths paths, IPrograms programs, ILogger log, Func<string, bool> hasProgram,
        Func<string, string?> environment, Func<string, CancellationToken, Task<bool>> resolves)
    {
        _paths = paths;
        _log = log;
        _hasProgram = hasProgram;
        _apt = new Apt(programs, Proxies.From(environment));
        _unit = new ServiceUnit(programs);
        _files = new ConfigurationFiles(paths, _unit);
        _package = new InstalledPackage(paths);
        _stamps = new InstallStampFile(paths);
        _copy = new ProgramCopy(paths);
        _hostName = new HostName(paths, resolves);
    }

    /// <inheritdoc/>
    public bool IsComplete(Settings settings, string? resource) =>
        _package.Version().Length > 0
        && _stamps.Read().Wanted == Aim(settings, resource)
        && File.Exists(_paths.DropIn)
        && _copy.IsCurrent()
        && MissingTools().Count == 0;

    /// <inheritdoc/>
    public async Task InstallAsync(Settings settings, string? resource, CancellationToken cancel)
    {
        try
        {
            StateDirectory.Create(_paths);
            _copy.Refresh();
            await GuardFirstAsync(cancel).ConfigureAwait(false);
            await _hostName.EnsureAddressAsync(cancel).ConfigureAwait(false);
            await InstallPackagesAsync(settings, FileOf(resource), cancel).ConfigureAwait(false);
            new KernelSettings(_paths, _log).Raise();
            await _apt.HoldAsync(InstalledPackage.Name, cancel).ConfigureAwait(false);
            // After a reboot systemd alone starts Cassandra, behind the guard; a unit that left had it disabled.
            await _unit.EnableAsync(cancel).ConfigureAwait(false);
            await _files.ReloadIfPendingAsync(cancel).ConfigureAwait(false);
        }
        catch (EffectFailedException failure)
        {
            throw new EffectFailedException($"cannot install cassandra: {failure.Message}", failure.Remedy, failure);
        }

        _package.Version(); // the stamp of what dpkg has now
        _stamps.Write(_stamps.Read() with { Wanted = Aim(settings, resource) });
    }

    // Hold mark and guard are there before the package is: it can never start with a configuration that is not the charm's.
    private async Task GuardFirstAsync(CancellationToken cancel)
    {
        if (File.Exists(_paths.DropIn))
            return;
        DurableFile.Write(_paths.HoldMark, "the charm has not configured it yet\n"u8, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await _files.WriteDropInAsync(place: null, heap: null, javaHome: null, cancel).ConfigureAwait(false);
    }

    private async Task InstallPackagesAsync(Settings settings, string? file, CancellationToken cancel)
    {
        var block = new StartBlock(_paths);
        block.Set();
        try
        {
            var wanted = file is null
                ? await FromArchiveAsync(settings, cancel).ConfigureAwait(false)
                : await FromFileAsync(file, cancel).ConfigureAwait(false);
            var packages = MissingTools().Concat(wanted).ToList();
            if (packages.Count > 0)
                await InstallAsync(packages, hasFreshIndices: file is null && wanted.Count > 0, cancel).ConfigureAwait(false);
        }
        finally
        {
            block.Lift();
        }

        if (_package.Version().Length == 0)
            throw new EffectFailedException("apt-get succeeded, and the package is not installed", "look at /var/log/dpkg.log");
    }

    private async Task<IReadOnlyList<string>> FromArchiveAsync(Settings settings, CancellationToken cancel)
    {
        await new AptSource(_paths, _apt).WriteAsync(settings, cancel).ConfigureAwait(false);
        var installed = _package.Version();
        if (installed.Length > 0 && Fits(installed, settings.PackageVersion))
            return [];
        await _apt.UpdateAsync(cancel).ConfigureAwait(false);
        var name = settings.PackageVersion.Length == 0
            ? InstalledPackage.Name
            : $"{InstalledPackage.Name}={settings.PackageVersion}";
        var facts = await _apt.FactsAsync(name, cancel).ConfigureAwait(false)
            ?? throw new EffectFailedException(
                $"no archive of this machine has {name}",
                "check install-sources and install-keys, and that the archive can be reached; every hook tries again");
        RequireStopped(installed, facts.Version);
        return await WithJavaAsync(name, facts, cancel).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<string>> FromFileAsync(string file, CancellationToken cancel)
    {
        var facts = await _apt.FactsOfFileAsync(file, cancel).ConfigureAwait(false);
        var installed = _package.Version();
        if (installed == facts.Version)
            return [];
        RequireStopped(installed, facts.Version);
        return await WithJavaAsync(file, facts, cancel).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<string>> WithJavaAsync(string package, PackageFacts facts, CancellationToken cancel)
    {
        var java = new JavaPackage(_apt, new JavaRuntimes(_paths));
        try
        {
            return [.. Optional(await java.ChooseAsync(facts, cancel).ConfigureAwait(false)), package];
        }
        catch (EffectFailedException) when (Path.IsPathRooted(package))
        {
            await _apt.UpdateAsync(cancel).ConfigureAwait(false); // a fresh image has no indices yet
            return [.. Optional(await java.ChooseAsync(facts, cancel).ConfigureAwait(false)), package];
        }
    }

    // A file on a machine without network needs no archive, unless something it depends on is missing.
    private async Task InstallAsync(List<string> packages, bool hasFreshIndices, CancellationToken cancel)
    {
        try
        {
            await _apt.InstallAsync(packages, cancel).ConfigureAwait(false);
        }
        catch (CommandFailedException) when (!hasFreshIndices)
        {
            await _apt.UpdateAsync(cancel).ConfigureAwait(false);
            await _apt.InstallAsync(packages, cancel).ConfigureAwait(false);
        }
    }

    private void RequireStopped(string installed, string wanted)
    {
        if (installed.Length > 0 && new ProcessScan(_paths.Proc, serviceUser: null).Find().Count > 0)
            throw new EffectFailedException(
                $"Cassandra {installed} runs, and {wanted} is wanted",
                "stop it with 'systemctl stop cassandra': the next hook installs the other version and starts it");
    }

    private List<string> MissingTools() =>
        [.. Tools.Where(tool => !_hasProgram(tool.Program)).Select(tool => tool.Package).Distinct()];

    // An empty file stands for "no resource": Juju cannot take one away again.
    private static string? FileOf(string? resource) => resource is not null && new FileInfo(resource) is { Exists: true, Length: > 0 }
        ? resource
        : null;

    private static bool Fits(string installed, string wanted) =>
        wanted.Length == 0 || wanted == installed;

    private static IEnumerable<string> Optional(string? text) => text is null ? [] : [text];

    // The file by size and time: reading it would cost every hook more than all the rest. And as it is, not as a hash:
    // that would load OpenSSL, 4 MiB, into every hook.
    private static string Aim(Settings settings, string? resource)
    {
        var file = FileOf(resource) is { } path ? new FileInfo(path) : null;
        return string.Join('\0', settings.InstallSources, settings.InstallKeys, settings.PackageVersion,
            file is null ? "" : $"{file.Length} {file.LastWriteTimeUtc:O}");
    }
}
