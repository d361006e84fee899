using Cassandra.Charm.Linux;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>Compares what hot passes have brought over with what the target's disk holds, each file once.</summary>
internal sealed class VerifyKnown(
    TreeCopyRequest request, KnownFiles known, ProgressMeter progress, CancellationToken cancellationToken)
{
    private readonly RateLimit _rateLimit = new(request.RateLimit, TimeProvider.System);
    private readonly List<TreeDifference> _differences = [];

    /// <summary>
    /// Compares; the target has been synced. A file that an earlier run had left, and that is not what it looked like, is
    /// removed and copied by the next pass.
    /// </summary>
    /// <returns>Files that this run wrote and the disk does not hold.</returns>
    public IReadOnlyList<TreeDifference> Run(SafeFileHandle target)
    {
        var pending = known.All.Where(file => !file.IsVerified).ToList();
        progress.Begin(CopyPhase.Verifying, pending.Sum(file => file.Source.Size), pending.Count);
        using var crew = new WorkerCrew<KnownFile>(request.Workers, (files, stopped) => Compare(target, files, stopped), cancellationToken);
        crew.Run(add => pending.ForEach(add));
        return _differences;
    }

    private void Compare(SafeFileHandle target, IEnumerable<KnownFile> files, CancellationToken stopped)
    {
        using var content = new FileContent(_rateLimit, progress);
        foreach (var file in files)
        {
            progress.AddName();
            if (Holds(target, file, content, stopped))
                known.Add(file with { IsVerified = true });
            else
                known.Forget(file.Source.Inode);
        }
    }

    private bool Holds(SafeFileHandle target, KnownFile file, FileContent content, CancellationToken stopped)
    {
        if (FileStatus.TryOf(target, file.Path) is not { } status || !file.IsIn(status))
            return false; // its name vanished within the pass
        using (var opened = UncachedFile.Open(target, file.Path))
        {
            if (content.Digest(opened, file.Source.Size, stopped) == file.Digest)
                return true;
        }
        target.Unlink(file.Path);
        if (!file.WasKept)
            lock (_differences)
                _differences.Add(new TreeDifference(target.PathForMessages(file.Path), "its content is not what was written"));
        return false;
    }
}
