using System.Text.RegularExpressions;

namespace Cassandra.Charm.Core.Configuration;

/// <summary>The mount options that an operator may choose (design section 3).</summary>
internal static partial class MountOptions
{
    private static readonly string[] Anywhere =
        ["noatime", "relatime", "nodiratime", "lazytime", "discard", "nodev", "nosuid", "noexec"];

    private static readonly string[] OnXfs = ["inode64", "largeio", "swalloc", "allocsize=", "logbufs=", "logbsize="];

    private static readonly string[] OnExt4 = ["nodelalloc", "stripe=", "inode_readahead_blks="];

    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["nofail"] = "Cassandra could start without its volume",
        ["noauto"] = "Cassandra would not start after a reboot",
        ["_netdev"] = "it changes when the volume is mounted",
        ["ro"] = "Cassandra could not write",
        ["norecovery"] = "what a crash left in the journal would be ignored",
        ["noload"] = "what a crash left in the journal would be ignored",
        ["nouuid"] = "a clone could be mounted in the original's place",
        ["nobarrier"] = "acknowledged writes could be lost",
        ["barrier="] = "acknowledged writes could be lost",
        ["data="] = "acknowledged writes could be lost",
        ["async"] = "it is the default",
        ["errors="] = "the charm sets it",
    };

    /// <summary>Why the options cannot be used on a filesystem; null where they can.</summary>
    /// <param name="text">Separated by commas; empty is allowed.</param>
    /// <param name="filesystem"><c>xfs</c> or <c>ext4</c>.</param>
    public static string? Problem(string text, string filesystem) =>
        text.Length == 0 ? null : text.Split(',').Select(option => ProblemOf(option.Trim(), filesystem)).FirstOrDefault(why => why is not null);

    private static string? ProblemOf(string option, string filesystem)
    {
        var allowed = filesystem == "xfs" ? OnXfs : OnExt4;
        var name = option[..(option.IndexOf('=', StringComparison.Ordinal) + 1)] is { Length: > 0 } withValue ? withValue : option;
        if (Anywhere.Contains(name) || allowed.Contains(name))
            return name.EndsWith('=') && !Size().IsMatch(option[name.Length..]) ? $"{OptionRules.Shown(option)} needs a size" : null;

        var why = Reasons.TryGetValue(name, out var reason) ? reason
            : name.StartsWith("x-", StringComparison.Ordinal) ? "it has no meaning outside fstab"
            : OnXfs.Contains(name) || OnExt4.Contains(name) ? $"{filesystem} does not have it"
            : $"allowed are {string.Join(' ', [.. Anywhere, .. allowed])}";
        return $"{OptionRules.Shown(option)} is refused: {why}";
    }

    [GeneratedRegex(@"\A[0-9]{1,12}[kKmM]?\z")]
    private static partial Regex Size();
}
