using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Linux.Programs;

/// <summary>mkfs.xfs(8) and mkfs.ext4(8) with a chosen UUID and without discarding, which is slow on some volumes and beyond undoing.</summary>
internal sealed class Mkfs(IPrograms programs)
{
    private const int XfsLabelLength = 12, Ext4LabelLength = 16;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    /// <summary>Makes it.</summary>
    /// <param name="partition">The open partition.</param>
    /// <param name="filesystem">Type and UUID.</param>
    /// <param name="label">The volume's name; left out where it does not fit.</param>
    /// <param name="overwrite">What is there is our own, half-made.</param>
    /// <param name="cancel">Cancels it.</param>
    internal Task MakeAsync(OpenDevice partition, Filesystem filesystem, string label, bool overwrite, CancellationToken cancel)
    {
        string[] arguments = filesystem.Type switch
        {
            "xfs" => ["-q", "-K", "-m", $"uuid={filesystem.Uuid}", .. Label(label, XfsLabelLength), .. overwrite ? ["-f"] : Nothing],
            "ext4" => ["-q", "-E", "nodiscard", "-m", "0", "-U", $"{filesystem.Uuid}", .. Label(label, Ext4LabelLength), .. overwrite ? ["-F"] : Nothing],
            var other => throw new EffectFailedException($"the charm makes no {other} filesystems", "set volume-filesystem to xfs or ext4"),
        };
        return programs.RunAsync(
            new Command($"mkfs.{filesystem.Type}", [.. arguments, partition.PathForChildren]) { TimeLimit = TimeLimit }, cancel);
    }

    private static readonly string[] Nothing = [];

    private static string[] Label(string label, int maxLength) => label.Length <= maxLength ? ["-L", label] : [];
}
