using Cassandra.Charm.Core.Effects;

namespace Cassandra.Charm.Linux.Programs;

/// <summary>
/// Every program of the operating system that the charm runs, and where it is. Found along a fixed path and started by
/// its absolute name: .NET would look beside the binary and in the current directory first, and a charm has files
/// named <c>install</c>, <c>start</c> and <c>stop</c> there (dotnet-practice section 5).
/// </summary>
/// <param name="directories">The directories searched, in order; absolute.</param>
public sealed class ProgramTable(params string[] directories)
{
    /// <summary>Name of a program → the Debian package that brings it.</summary>
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["apt-cache"] = "apt",
        ["apt-get"] = "apt",
        ["apt-mark"] = "apt",
        ["blkid"] = "util-linux",
        ["dpkg"] = "dpkg",
        ["dpkg-deb"] = "dpkg",
        ["dpkg-query"] = "dpkg",
        ["losetup"] = "mount",
        ["mkfs.ext4"] = "e2fsprogs",
        ["mkfs.xfs"] = "xfsprogs",
        ["mount"] = "mount",
        ["nodetool"] = "cassandra",
        ["partx"] = "util-linux",
        ["resize2fs"] = "e2fsprogs",
        ["setpriv"] = "util-linux",
        ["sfdisk"] = "fdisk",
        ["sstableutil"] = "cassandra",
        ["systemctl"] = "systemd",
        ["systemd-run"] = "systemd",
        ["udevadm"] = "udev",
        ["umount"] = "mount",
        ["wipefs"] = "util-linux",
        ["xfs_growfs"] = "xfsprogs",
    };

    /// <summary>The system's directories, in the order of root's own path.</summary>
    public static ProgramTable System { get; } = new("/usr/sbin", "/usr/bin", "/sbin", "/bin");

    /// <summary>What the children get as <c>PATH</c>.</summary>
    public string SearchPath { get; } = string.Join(':', directories);

    /// <summary>The absolute path of a program of the table; an absolute path stands for itself.</summary>
    /// <exception cref="EffectFailedException">It is not installed.</exception>
    public string Resolve(string program) =>
        Path.IsPathFullyQualified(program)
            ? program
            : Find(program) ?? throw new EffectFailedException(
                $"{program} is not installed", $"install the package {Packages[program]}");

    /// <summary>Whether a program of the table is installed.</summary>
    public bool Has(string program) => Find(program) is not null;

    private string? Find(string program)
    {
        if (!Packages.ContainsKey(program))
        {
            throw new ArgumentException($"{program} is not in the table of programs", nameof(program));
        }

        return directories.Select(directory => $"{directory}/{program}").FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0;

    private const UnixFileMode AnyExecute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
}
