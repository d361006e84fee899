using System.Runtime.InteropServices;

namespace Cassandra.Lab.Images;

/// <summary>
/// A directory whose builder may have been killed: mmdebstrap then leaves /proc, /sys and parts of /dev mounted in it,
/// which are not ours to delete.
/// </summary>
internal static partial class AbandonedDirectory
{
    private const string MountInfo = "/proc/self/mountinfo";
    private const int MountPointField = 4;
    private const int DetachNoFollow = 2 | 8; // MNT_DETACH, UMOUNT_NOFOLLOW

    /// <summary>Unmounts what is mounted below it and deletes the rest.</summary>
    /// <exception cref="IOException">Something stays mounted; nothing was deleted.</exception>
    public static void Delete(string path)
    {
        // The last one first: mounts may lie upon mounts.
        foreach (var mount in MountsBelow(path).Reverse())
        {
            if (Unmount(mount, DetachNoFollow) != 0)
                throw new IOException($"cannot unmount {mount}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        Directory.Delete(path, recursive: true);
    }

    private static IReadOnlyList<string> MountsBelow(string path) =>
    [
        .. File.ReadLines(MountInfo).Select(line => Unescape(line.Split(' ')[MountPointField]))
            .Where(point => point.StartsWith(path + "/", StringComparison.Ordinal)),
    ];

    // The kernel writes space, tab, newline and backslash as three octal digits (proc(5)).
    private static string Unescape(string text) => text
        .Replace(@"\040", " ", StringComparison.Ordinal).Replace(@"\011", "\t", StringComparison.Ordinal)
        .Replace(@"\012", "\n", StringComparison.Ordinal).Replace(@"\134", @"\", StringComparison.Ordinal);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
