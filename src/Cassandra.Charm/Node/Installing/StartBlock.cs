using System.Text;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Node.Installing;

/// <summary>
/// Keeps the package's own scripts from starting Cassandra: the first start would write "Test Cluster" into the data
/// (cassandra-facts, Package). invoke-rc.d and deb-systemd-invoke ask policy-rc.d; ours says no for this service only, and
/// for all others asks the one that was there.
/// </summary>
/// <param name="paths">Where policy-rc.d is.</param>
internal sealed class StartBlock(NodePaths paths)
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const string Mark = "# Written by the cassandra charm for as long as it installs the package.";

    private string Saved => paths.PolicyRcD + ".cassandra-charm-saved";

    private string Script =>
        $"""
        #!/bin/sh
        {Mark}
        for argument in "$@"; do
            case "$argument" in cassandra|cassandra.service) exit 101 ;; esac
        done
        if [ -x {Saved} ]; then exec {Saved} "$@"; fi
        exit 0

        """;

    /// <summary>Sets the block. One that a crash left behind is set again; the administrator's own script is kept.</summary>
    public void Set()
    {
        Lift();
        if (Exists(paths.PolicyRcD))
            DurableFile.Rename(paths.PolicyRcD, Saved);
        DurableFile.Write(paths.PolicyRcD, Encoding.UTF8.GetBytes(Script), Executable);
    }

    /// <summary>Takes the block away and puts back what was there, from wherever a crash left it.</summary>
    public void Lift()
    {
        if (IsOurs())
            DurableFile.Delete(paths.PolicyRcD);
        if (!Exists(Saved))
            return;
        // A script that somebody wrote meanwhile is newer than the one that was saved.
        if (Exists(paths.PolicyRcD))
            DurableFile.Delete(Saved);
        else
            DurableFile.Rename(Saved, paths.PolicyRcD);
    }

    private bool IsOurs() => FileStatus.TryOf(paths.PolicyRcD) is { IsRegular: true }
        && File.ReadAllText(paths.PolicyRcD).Contains(Mark, StringComparison.Ordinal);

    private static bool Exists(string path) => FileStatus.TryOf(path) is not null;
}
