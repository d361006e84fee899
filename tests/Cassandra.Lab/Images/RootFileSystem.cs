using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Images;

/// <summary>
/// The expensive layer: a bootable Debian (or Ubuntu, as the host) on a partitioned disk, without anything of ours in
/// it. Holds <c>root.raw</c>, <c>vmlinuz</c> and what the initramfs needs from this release.
/// </summary>
internal sealed class RootFileSystem(ContentCache cache, Progress progress)
{
    public const string DiskImage = "root.raw";
    public const string Kernel = "vmlinuz";
    public const string EarlyFiles = "early";
    /// <summary>Differs between two builds from the same inputs: an overlay fits only the very image it was made on.</summary>
    public const string BuildId = "build-id";

    // Raise it when the recipe below changes in a way that its own text in the key does not show.
    private const string Recipe = "1";
    private const string DiskSize = "8G";
    private const long PartitionOffset = 1 << 20;

    // What every Ubuntu server that Juju starts has, as far as the charm or Cassandra's package can lean on it.
    private static readonly string[] Packages =
    [
        "systemd-sysv", "udev", "dbus", "kmod", "libpam-systemd", "init-system-helpers", "util-linux", "mount", "procps",
        "psmisc", "lsof", "iproute2", "netbase", "ca-certificates", "tzdata", "adduser", "passwd", "login", "apt",
        "python3-minimal", "fdisk", "gdisk", "parted", "e2fsprogs", "xfsprogs", "lvm2", "acl", "attr", "rsync", "file",
        "less", "xz-utils", "zstd", "busybox-static",
    ];

    // Modules that the initramfs loads; those that are built into the kernel drop out.
    private static readonly string[] EarlyModules = ["virtio_pci", "virtio_blk", "virtio_console", "ext4", "crc32c_generic"];

    /// <summary>The hash of what <see cref="GetAsync"/> builds from.</summary>
    public static string Key(IEnumerable<string> extraPackages)
    {
        var (distribution, release) = AptArchive.HostRelease();
        return ContentCache.Key(
            [Recipe, distribution, release, DiskSize, .. Packages, .. GuestSettings.Fingerprint, .. extraPackages]);
    }

    public Task<CacheEntry> GetAsync(IReadOnlyList<string> extraPackages, CancellationToken ct) =>
        cache.GetAsync("rootfs", Key(extraPackages), directory => BuildAsync(directory, extraPackages, ct), ct);

    private async Task BuildAsync(string directory, IReadOnlyList<string> extraPackages, CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new LabUnavailableException("building the guest's root filesystem needs root (once; it is cached)");
        var tree = Path.Combine(directory, "tree");
        var archive = await AptArchive.OfHostAsync(progress, ct);
        await progress.StepAsync($"building a {archive.Distribution} {archive.Release} root filesystem (about a minute)", line =>
            BootstrapAsync(tree, archive, extraPackages, line, ct));
        await progress.StepAsync("making the guest's disk image", async line =>
        {
            await KeepKernelAsync(tree, directory, ct);
            GuestSettings.Apply(tree);
            await MakeDiskAsync(tree, Path.Combine(directory, DiskImage), line, ct);
            Directory.Delete(tree, recursive: true);
            await File.WriteAllTextAsync(Path.Combine(directory, BuildId), Guid.NewGuid().ToString(), ct);
        });
    }

    private static Task<string> BootstrapAsync(
        string tree, AptArchive archive, IReadOnlyList<string> extraPackages, Action<string> line, CancellationToken ct)
    {
        // A Java runtime's alternatives want the directories of manual pages, empty as they may be.
        string[] leaveOut = ["/usr/share/man/*/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*"];
        // We boot with an initramfs of our own; the distribution's takes ten seconds to make (its kernel hook heeds INITRD).
        var environment = new Dictionary<string, string?> { ["INITRD"] = "No" };
        return HostProgram.RunAsync("mmdebstrap",
        [
            "--mode=root", "--variant=minbase", "--format=directory", "--verbose",
            $"--include={string.Join(',', [.. Packages, archive.KernelPackage, .. extraPackages])}",
            .. leaveOut.Select(path => $"--dpkgopt=path-exclude={path}"),
            .. archive.AptOptions.Select(option => $"--aptopt={option}"),
            archive.Release, tree, .. archive.Sources,
        ], line, environment, ct: ct);
    }

    private static async Task KeepKernelAsync(string tree, string directory, CancellationToken ct)
    {
        var kernel = Directory.GetFiles(Path.Combine(tree, "boot"), "vmlinuz-*").Single();
        var version = Path.GetFileName(kernel)["vmlinuz-".Length..];
        File.Copy(kernel, Path.Combine(directory, Kernel));

        var early = Directory.CreateDirectory(Path.Combine(directory, EarlyFiles)).FullName;
        File.Copy(Path.Combine(tree, "bin/busybox"), Path.Combine(early, "busybox"));
        var modules = await EarlyModulesAsync(tree, version, ct);
        foreach (var module in modules)
            File.Copy(module, Path.Combine(early, Path.GetFileName(module)));
        await File.WriteAllLinesAsync(Path.Combine(early, "order"), modules.Select(module => Path.GetFileName(module)!), ct);
    }

    // The guest's own modprobe knows its release's dependencies; "builtin" lines need no file.
    private static async Task<IReadOnlyList<string>> EarlyModulesAsync(string tree, string version, CancellationToken ct)
    {
        var depends = await HostProgram.RunAsync("chroot",
            [tree, "/sbin/modprobe", "--set-version", version, "--show-depends", "--all", .. EarlyModules], ct: ct);
        var files = new List<string>();
        foreach (var path in depends.Split('\n').Where(line => line.StartsWith("insmod ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[1]).Distinct())
            files.Add(tree + await PlainAsync(tree, path, ct));
        return files;
    }

    // Newer releases compress their modules, which busybox cannot load; the uncompressed copy stays beside, unused.
    private static async Task<string> PlainAsync(string tree, string module, CancellationToken ct)
    {
        var unpack = Path.GetExtension(module) switch
        {
            ".xz" => "xz",
            ".zst" => "zstd",
            _ => null,
        };
        if (unpack is null)
            return module;
        await HostProgram.RunAsync("chroot", [tree, unpack, "--decompress", "--keep", "--force", module], ct: ct);
        return Path.ChangeExtension(module, null);
    }

    // One GPT partition, as on a cloud's root disk: the charm must see that the disk is not free.
    private static async Task MakeDiskAsync(string tree, string image, Action<string> line, CancellationToken ct)
    {
        await HostProgram.RunAsync("truncate", ["--size", DiskSize, image], ct: ct);
        await HostProgram.RunAsync("sfdisk", [image], line,
            input: $"label: gpt\nstart={PartitionOffset / 512}, type=linux, name=root\n", ct: ct);

        var kibibytes = (new FileInfo(image).Length - 2 * PartitionOffset) / 1024;
        await HostProgram.RunAsync("mkfs.ext4",
        [
            "-q", "-F", "-L", "root", "-d", tree, "-E", $"offset={PartitionOffset},lazy_itable_init=1",
            image, $"{kibibytes}k",
        ], line, ct: ct);
    }
}
