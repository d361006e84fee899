using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Images;

/// <summary>What the lab needs of the host, and how it gets there.</summary>
public static class HostPackages
{
    private static readonly (string Program, string Package)[] ToRun =
    [
        ("qemu-system-x86_64", "qemu-system-x86"),
        ("qemu-img", "qemu-utils"),
        ("setpriv", "util-linux"),
    ];

    private static readonly (string Program, string Package)[] ToBuild =
    [
        ("mmdebstrap", "mmdebstrap"),
        ("mkfs.ext4", "e2fsprogs"),
        ("sfdisk", "fdisk"),
        // The linker behind NativeAOT, for the guest's binary.
        ("gcc", "gcc"),
        ("objcopy", "binutils"),
    ];

    /// <summary>Programs that a machine needs to run and that are not there, with the packages that hold them.</summary>
    public static IReadOnlyList<(string Program, string Package)> Missing =>
        [.. ToRun.Concat(ToBuild).Where(need => HostProgram.Find(need.Program) is null)];

    /// <summary>Installs what is missing.</summary>
    /// <exception cref="LabUnavailableException">Something is missing and we may not install it.</exception>
    public static async Task EnsureAsync(Progress progress, CancellationToken ct)
    {
        var packages = Missing.Select(need => need.Package).Distinct().ToList();
        if (packages.Contains("gcc"))
            packages.Add("libc6-dev");
        if (packages.Count == 0)
            return;
        if (!Environment.IsPrivilegedProcess)
            throw new LabUnavailableException(
                $"the test machine needs the packages {string.Join(' ', packages)}; install them, or run as root");

        var environment = new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive" };
        await progress.StepAsync("reading the package lists (apt-get update)", line =>
            HostProgram.RunAsync("apt-get", ["update"], line, environment, ct: ct));
        await progress.StepAsync($"installing {string.Join(' ', packages)}", line =>
            HostProgram.RunAsync(
                "apt-get", ["install", "--yes", "--no-install-recommends", .. packages], line, environment, ct: ct));
    }
}

/// <summary>This host cannot run test machines; the message says why and what would help.</summary>
public sealed class LabUnavailableException(string message) : Exception(message);
