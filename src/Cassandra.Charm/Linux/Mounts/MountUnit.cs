using System.Text;
using System.Text.RegularExpressions;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Linux.Mounts;

/// <summary>
/// The volume's own <c>.mount</c> unit. It stands beside fstab, which other programs rewrite, and outside
/// <c>local-fs.target</c>: a missing volume keeps Cassandra down, not the machine (storage-practice C2).
/// </summary>
internal sealed partial class MountUnit(MachinePaths paths)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const string Mark = "# Written by the cassandra charm; removed with it.";

    /// <summary>Name of the unit of a mount point.</summary>
    internal static string NameOf(string point) => UnitName.OfMount(point);

    /// <summary>Its text.</summary>
    internal static string Text(Place.OnVolume place, string options)
    {
        if (!PlainOptions().IsMatch(options))
            throw new EffectFailedException($"mount options {options} are not allowed", "change volume-mount-options");
        var all = string.Join(',', new[] { options, place.Filesystem.Type == "ext4" ? "errors=remount-ro" : "" }.Where(o => o.Length > 0));
        // No default dependencies: they would order the whole boot after this mount, for as long as a device may be missing.
        return $"""
            {Mark}
            [Unit]
            Description=Cassandra volume {place.VolumeId}
            DefaultDependencies=no
            After=local-fs-pre.target
            Conflicts=umount.target
            Before=umount.target

            [Mount]
            What={place.Filesystem.DeviceLink}
            Where={place.MountPoint}
            Type={place.Filesystem.Type}
            {(all.Length > 0 ? $"Options={all}\n" : "")}TimeoutSec=90

            """;
    }

    /// <summary>Writes the unit; false where it stands already as it should.</summary>
    internal bool Write(Place.OnVolume place, string options)
    {
        var (path, text) = (PathOf(place.MountPoint), Text(place, options));
        if (File.Exists(path) && File.ReadAllText(path) == text)
            return false;
        DurableFile.Write(path, Encoding.UTF8.GetBytes(text), Mode);
        return true;
    }

    /// <summary>Removes the unit; false where there is none.</summary>
    internal bool Remove(string point)
    {
        var path = PathOf(point);
        if (!File.Exists(path))
            return false;
        DurableFile.Delete(path);
        return true;
    }

    /// <summary>Mount points of all units that the charm wrote.</summary>
    internal IEnumerable<string> Points() =>
        !Directory.Exists(paths.Units)
            ? []
            : Directory.EnumerateFiles(paths.Units, "*.mount").Select(File.ReadAllLines)
                .Where(lines => lines.FirstOrDefault() == Mark)
                .SelectMany(lines => lines.Where(line => line.StartsWith(Where, StringComparison.Ordinal)).Select(line => line[Where.Length..]));

    private const string Where = "Where=";

    private string PathOf(string point) => $"{paths.Units}/{NameOf(point)}";

    // systemd would expand %, and a line feed would begin another directive.
    [GeneratedRegex(@"\A[A-Za-z0-9_=,:.-]*\z")]
    private static partial Regex PlainOptions();
}
