using System.Text;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Linux.Mounts;

/// <summary>The mounts of a mount namespace: <c>/proc/PID/mountinfo</c>, see proc_pid_mountinfo(5).</summary>
public static class MountInfo
{
    /// <summary>This process's mounts.</summary>
    public static IReadOnlyList<Mount> OfSelf(MachinePaths paths) => Read($"{paths.Proc}/self/mountinfo");

    /// <summary>
    /// The mounts of this process, of PID 1 and of every other namespace that can be seen: a filesystem mounted in
    /// any of them is in use.
    /// </summary>
    public static IReadOnlyList<Mount> OfAll(MachinePaths paths)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var mounts = new List<Mount>(OfSelf(paths));
        foreach (var process in Directory.EnumerateDirectories(paths.Proc).Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])))
        {
            try
            {
                if (File.ResolveLinkTarget($"{process}/ns/mnt", returnFinalTarget: false) is { } space && seen.Add(space.Name))
                    mounts.AddRange(Read($"{process}/mountinfo"));
            }
            catch (Exception ended) when (ended is IOException or UnauthorizedAccessException)
            {
                // The process ended, or is a kernel thread without a namespace.
            }
        }

        return [.. mounts.Distinct()];
    }

    /// <summary>What is mounted on a directory; the last mount hides those before it.</summary>
    public static Mount? At(this IReadOnlyList<Mount> mounts, string point) => mounts.LastOrDefault(mount => mount.Point == point);

    internal static Mount Parse(string line)
    {
        var fields = line.Split(' ');
        var separator = Array.IndexOf(fields, "-", 6);
        return new Mount(
            SysBlock.ParseDevice(fields[2]), Unescape(fields[3]), Unescape(fields[4]), fields[5].Split(',').Contains("ro"),
            fields[separator + 1], Unescape(fields[separator + 2]));
    }

    private static Mount[] Read(string path) => [.. File.ReadLines(path).Select(Parse)];

    /// <summary>Blanks, tabs, newlines and backslashes stand as <c>\ooo</c>.</summary>
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
            return field;
        var text = new StringBuilder();
        for (var at = 0; at < field.Length; at++)
        {
            if (field[at] != '\\' || at + 3 >= field.Length)
            {
                text.Append(field[at]);
                continue;
            }

            text.Append((char)Convert.ToInt32(field.Substring(at + 1, 3), 8));
            at += 3;
        }

        return text.ToString();
    }
}

/// <summary>One mount.</summary>
/// <param name="Device">The filesystem's device number.</param>
/// <param name="Root">What of the filesystem is mounted; <c>/</c> unless it is a bind mount.</param>
/// <param name="Point">Where.</param>
/// <param name="IsReadOnly">This mount allows no writing.</param>
/// <param name="Type">The filesystem's type.</param>
/// <param name="Source">The device's path as whoever mounted it gave it.</param>
public sealed record Mount(DeviceNumber Device, string Root, string Point, bool IsReadOnly, string Type, string Source);
