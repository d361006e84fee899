using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Node.Guarding;

/// <summary>
/// The copy of this program that systemd runs: the charm's own directory is replaced at a refresh and goes with the unit,
/// and the guard must stand at every boot.
/// </summary>
/// <param name="paths">Where the copy is.</param>
internal sealed class ProgramCopy(NodePaths paths)
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Whether it is a copy of the running program, by size and time; or that program itself.</summary>
    public bool IsCurrent() => paths.Program == paths.Binary
        || FileStatus.TryOf(paths.Binary) is { } copy && FileStatus.Of(paths.Program) is var original
            && copy.Size == original.Size && copy.Modified.Seconds == original.Modified.Seconds;

    /// <summary>Makes it one. A guard that runs meanwhile keeps the old file.</summary>
    public void Refresh()
    {
        if (IsCurrent())
            return;
        StateDirectory.Create(paths);
        Directory.CreateDirectory(Path.GetDirectoryName(paths.Binary)!);
        DurableFile.SyncDirectory(paths.StateDirectory);
        DurableFile.Write(paths.Binary, File.ReadAllBytes(paths.Program), Executable);
        // After the content: a crash before this makes it stale, never wrongly current.
        File.SetLastWriteTimeUtc(paths.Binary, File.GetLastWriteTimeUtc(paths.Program));
    }
}
