using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>A regular file for a worker of the copy.</summary>
/// <param name="Directory">Held open for the job.</param>
/// <param name="Name">Zero-terminated.</param>
/// <param name="Index">Its place in the ledger.</param>
internal readonly record struct FileJob(DirectoryPair Directory, byte[] Name, long Index)
{
    /// <summary>Below the root, zero-terminated.</summary>
    public required byte[] Path { get; init; }

    /// <summary>The target exists already, empty, so that further names could be linked to it.</summary>
    public bool IsCreated { get; init; }

    /// <summary>The target is complete; only the source is to be read.</summary>
    public bool IsKept { get; init; }

    /// <summary>What the target is known to hold, where it is kept and a pass has brought it over.</summary>
    public KnownFile? Known { get; init; }
}

/// <summary>Copies regular files, for the workers of a <see cref="CopyPass"/>.</summary>
internal sealed class FileCopy(
    TreeCopyRequest request, Ledger ledger, SourceChanges changes, EntryAttributes attributes, ProgressMeter progress)
{
    private readonly RateLimit _rateLimit = new(request.RateLimit, TimeProvider.System);
    private readonly LiveAge _age = new(request.Time);
    private long _bytesRead;

    /// <summary>Bytes of the source that had to be read.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>What one worker does.</summary>
    public void Work(IEnumerable<FileJob> jobs, CancellationToken stopped)
    {
        using var content = new FileContent(_rateLimit, progress, besideCache: request.Source.IsLive);
        foreach (var job in jobs)
        {
            try
            {
                Copy(job, content, stopped);
            }
            catch (LibcException vanished) when (request.Source.IsLive && vanished.IsOfMissingFile)
            {
                LeaveOut(job, 0);
            }
            job.Directory.Release();
        }
    }

    private void Copy(FileJob job, FileContent content, CancellationToken stopped)
    {
        var directory = job.Directory;
        using var source = request.Source.IsLive
            ? UncachedFile.OpenBeside(directory.Source, job.Name)
            // O_NONBLOCK: should the file have become a pipe meanwhile, the open must not wait for a writer.
            : directory.Source.OpenEntry(job.Name, Fcntl.O_RDONLY | Fcntl.O_NOATIME | Fcntl.O_NONBLOCK);
        // From before the sync: what is stored while it lasts may find its page dirty, and then moves no time.
        var now = _age.Now;
        // A store to a mapped page changes the times only when the page was clean: after this, every one does. Without it
        // a commit log that is being written could be read in the middle and look untouched ever after.
        if (request.Source.IsLive)
            source.SyncData();
        var before = FileStatus.Of(source);
        if (request.Source.IsLive && !LiveAge.IsSettled(before, now))
        {
            LeaveOut(job, before.Size);
            return;
        }
        var (target, mark, digest) = Bring(job, source, before, content, stopped);
        using (target)
        {
            attributes.Apply(directory, job.Name, before, target);
            var stamp = EntryStamp.Of(before);
            Interlocked.Add(ref _bytesRead, before.Size);
            if (!before.IsRegular || EntryStamp.Of(FileStatus.Of(source)) != stamp)
                LeaveOut(job, before.Size);
            else if (request.Source.IsLive)
                Remember(job, before, FileStatus.Of(target), digest, mark);
            ledger.Write(job.Index, new LedgerEntry(stamp, mark, digest));
        }
    }

    /// <summary>The content is on the target afterwards, in a file that is open for the attributes.</summary>
    private (SafeFileHandle Target, LedgerMark Mark, UInt128 Digest) Bring(
        FileJob job, SafeFileHandle source, in FileStatus status, FileContent content, CancellationToken stopped)
    {
        var directory = job.Directory;
        if (job.IsKept)
        {
            var digest = content.Digest(source, status.Size, stopped);
            if (job.Known is not { } known || known.Digest == digest)
                return (directory.Target.OpenEntry(job.Name, Fcntl.O_WRONLY),
                    job.Known is { IsVerified: true } ? LedgerMark.Settled : LedgerMark.Kept, digest);
        }
        var target = job.IsCreated || job.IsKept
            ? directory.Target.OpenEntry(job.Name, Fcntl.O_WRONLY)
            : Create(directory.Target, job.Name);
        try
        {
            if (job.Known is { } known)
                request.Known!.Forget(known.Source.Inode);
            if (job.IsKept)
                target.SetLength(0); // The content has changed and only ctime tells. Further names may be linked to it.
            return (target, LedgerMark.Written, content.Copy(source, status.Size, target, stopped));
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    /// <summary>A new file that nobody else may open.</summary>
    public static SafeFileHandle Create(SafeFileHandle directory, ReadOnlySpan<byte> name) =>
        directory.OpenEntry(
            name, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private void Remember(FileJob job, in FileStatus source, in FileStatus target, UInt128 digest, LedgerMark mark) =>
        request.Known!.Add(new KnownFile(FileVersion.Of(source), target.Inode, target.Born, digest, job.Path)
        {
            IsVerified = mark == LedgerMark.Settled,
            WasKept = mark == LedgerMark.Kept,
        });

    /// <summary>What was read of a file that is being written to counts for nothing: a later pass has it.</summary>
    private void LeaveOut(FileJob job, long size)
    {
        changes.Add(job.Directory.Source, job.Name, size);
        if (request.Source.IsLive && !job.IsKept && FileStatus.TryOf(job.Directory.Target, job.Name) is not null)
            job.Directory.Target.Unlink(job.Name);
    }
}
