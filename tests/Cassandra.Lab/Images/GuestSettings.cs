namespace Cassandra.Lab.Images;

/// <summary>The settings that make the plain distribution a fast and quiet test machine.</summary>
internal static class GuestSettings
{
    // Slow under emulation, or they write and reach out behind a test's back.
    private static readonly string[] Masked =
    [
        "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service",
        "fstrim.timer", "logrotate.timer", "man-db.timer", "motd-news.timer", "getty@tty1.service",
        "serial-getty@ttyS0.service", "systemd-timesyncd.service", "systemd-hwdb-update.service",
        "systemd-binfmt.service", "proc-sys-fs-binfmt_misc.automount", "systemd-firstboot.service", "ldconfig.service",
        "systemd-pstore.service", "systemd-resolved.service", "systemd-networkd.service", "ssh.service", "ssh.socket",
        "snapd.service", "multipathd.service", "lvm2-monitor.service", "lvm2-lvmpolld.socket", "dm-event.socket",
    ];

    private static readonly (string Path, string Content)[] Files =
    [
        ("etc/hostname", "machine\n"),
        ("etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n127.0.1.1\tmachine\n"),
        ("etc/fstab", "/dev/vda1 / ext4 errors=remount-ro 0 1\n"),
        ("etc/machine-id", "00000000000000000000000000000001\n"),
        ("etc/resolv.conf", ""),
        // Nothing to reach, and nothing must be tried: a test's packages come as files.
        ("etc/apt/sources.list", ""),
        // On disk, so that what happened before a power cut can be read after it.
        ("etc/systemd/journald.conf.d/lab.conf", "[Journal]\nStorage=persistent\nSystemMaxUse=64M\n"),
    ];

    private static readonly string[] Unwanted =
    [
        "etc/apt/sources.list.d", "etc/apt/apt.conf.d/99mmdebstrap", "boot", "initrd.img", "initrd.img.old", "vmlinuz",
        "vmlinuz.old", "var/cache/apt",
    ];

    /// <summary>All of it as text, for the cache's key.</summary>
    public static IEnumerable<string> Fingerprint =>
        [.. Masked, .. Files.Select(file => $"{file.Path}={file.Content}"), .. Unwanted];

    /// <summary>Applies them to the root filesystem in that directory.</summary>
    public static void Apply(string tree)
    {
        foreach (var path in Unwanted.Select(name => Path.Combine(tree, name)))
            Remove(path);
        foreach (var (name, content) in Files)
        {
            var path = Path.Combine(tree, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Remove(path);
            File.WriteAllText(path, content);
        }
        foreach (var unit in Masked)
        {
            var path = Path.Combine(tree, "etc/systemd/system", unit);
            Remove(path);
            File.CreateSymbolicLink(path, "/dev/null");
        }
        foreach (var directory in (string[])["boot", "var/cache/apt/archives/partial", "etc/apt/sources.list.d", "var/lib/juju"])
            Directory.CreateDirectory(Path.Combine(tree, directory));
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path) && !new FileInfo(path).Attributes.HasFlag(FileAttributes.ReparsePoint))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }
}
