using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>A regular file for a worker of the copy.</summary>
/// <param name="Directory">Held open for the job.</param>
/// <param name="Name">Zero-terminated.</param>
/// <param name="Index">Its place in the ledger.</param>
/// <param name="IsCreated">The target exists already, empty, so that further names could be linked to it.</param>
/// <param name="IsKept">The target is complete; only the source is to be read.</param>
internal readonly record struct CopyJob(DirectoryPair Directory, byte[] Name, long Index, bool IsCreated, bool IsKept);

/// <summary>
/// Walks the source once, making directories and links on the way and leaving regular files to the workers. Each entry is
/// noted in the ledger in the order of the walk.
/// </summary>
internal sealed class CopyPass(
    TreeCopyRequest request, Ledger ledger, ProgressMeter progress, CancellationToken cancellationToken) : IDisposable
{
    private const int ChangesToName = 20;

    private readonly EntryAttributes _attributes = new(request.Owners);
    private readonly RateLimit _rateLimit = new(request.RateLimit, TimeProvider.System);
    private readonly OpenDirectories _directories = new();
    private readonly OpenLinkGroups<byte[]> _linkGroups = new();
    private readonly HashSet<ulong> _keptWithLinks = [];
    private readonly RelativePath _path = new();
    private readonly List<string> _changed = [];
    private SafeFileHandle? _targetRoot;
    private long _index;

    /// <summary>Files that an earlier run had brought over.</summary>
    public long KeptFiles { get; private set; }

    /// <summary>Copies everything below the roots, and the roots' own attributes.</summary>
    public void Run(SafeFileHandle source, StagingDirectory target)
    {
        _targetRoot = target.Root;
        using var crew = new WorkerCrew<CopyJob>(request.Workers, CopyFiles, cancellationToken);
        crew.Run(add =>
        {
            var status = FileStatus.Of(source);
            Note(_index++, status);
            var root = _directories.OpenRoot(source, target.Root, target.IsNew, FinishWith(status));
            Visit(root, add, crew.Stopped);
            root.Release();
        });
        if (_changed.Count > 0)
            throw new CopyStoppedException(new CopyResult.SourceChanged(_changed));
    }

    /// <inheritdoc/>
    public void Dispose() => _directories.Dispose();

    private void Visit(DirectoryPair directory, Action<CopyJob> add, CancellationToken stopped)
    {
        using var reader = new DirectoryReader(directory.Source, directory.Level == 0 ? request.Source.Only : null);
        while (reader.MoveNext())
        {
            stopped.ThrowIfCancellationRequested();
            var name = reader.Current;
            if (FileStatus.TryOf(directory.Source, name) is not { } status)
            {
                AddChanged(directory, name);
                continue;
            }
            TreeRules.Check(status, request.Source.Filesystem, directory.Level, directory.Source, name);
            progress.AddName();
            var index = _index++;
            var parent = _path.Enter(name);
            if (status.IsDirectory)
                VisitDirectory(directory, name, status, index, add, stopped);
            else if (status.Links > 1 && _linkGroups.Join(status, _path.ToZeroTerminated(), out var first, out _))
                MakeHardLink(directory, name, status, index, first);
            else if (status.IsSymbolicLink)
                MakeSymbolicLink(directory, name, status, index);
            else
                VisitFile(directory, name, status, index, add);
            _path.Leave(parent);
        }
    }

    private void VisitDirectory(
        DirectoryPair parent, ReadOnlySpan<byte> name, in FileStatus status, long index, Action<CopyJob> add,
        CancellationToken stopped)
    {
        var isNew = parent.IsNew || FileStatus.TryOf(parent.Target, name) is null;
        if (isNew)
            StagingDirectory.Create(parent.Target, name);
        var child = _directories.Open(parent, name, isNew, FinishWith(status));
        Note(index, status);
        Visit(child, add, stopped);
        child.Release();
    }

    private Action<DirectoryPair> FinishWith(FileStatus status) => directory => _attributes.Apply(directory, status);

    private void VisitFile(
        DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus status, long index, Action<CopyJob> add)
    {
        var isKept = !directory.IsNew && TryKeep(directory, name, status);
        var isCreated = status.Links > 1 && !isKept;
        if (isCreated)
            CreateFile(directory, name).Dispose();
        directory.Use();
        add(new CopyJob(directory, name.ToArray(), index, isCreated, isKept));
    }

    // An inode on the target can stand for one inode of the source only; a second taker gets a file of its own.
    private bool TryKeep(DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus status)
    {
        if (FileStatus.TryOf(directory.Target, name) is not { } present)
            return false;
        if (StaleEntries.IsCurrent(status, present) && (present.Links == 1 || _keptWithLinks.Add(present.Inode)))
        {
            KeptFiles++;
            return true;
        }
        StaleEntries.Remove(directory.Target, name, request.Target.Filesystem);
        return false;
    }

    private void MakeHardLink(
        DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus status, long index, byte[] first)
    {
        Note(index, status);
        if (!directory.IsNew && FileStatus.TryOf(directory.Target, name) is { } present)
        {
            if (present.Inode == FileStatus.TryOf(_targetRoot!, first)?.Inode)
                return;
            StaleEntries.Remove(directory.Target, name, request.Target.Filesystem);
        }
        while (Unistd.linkat(_targetRoot!, first, directory.Target, name, 0) != 0)
            LibcException.ThrowUnlessInterrupted("link", directory.Target, name);
    }

    private void MakeSymbolicLink(DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus status, long index)
    {
        if (!directory.IsNew)
            StaleEntries.Remove(directory.Target, name, request.Target.Filesystem);
        var content = SymbolicLink.Read(directory.Source, name);
        while (Unistd.symlinkat(content, directory.Target, name) != 0)
            LibcException.ThrowUnlessInterrupted("symlink", directory.Target, name);
        _attributes.ApplyToLink(directory, name, status);
        Note(index, status);
    }

    private void Note(long index, in FileStatus status) =>
        ledger.Write(index, new LedgerEntry(EntryStamp.Of(status), 0, 0));

    private void CopyFiles(IEnumerable<CopyJob> jobs, CancellationToken stopped)
    {
        using var content = new FileContent(_rateLimit, progress);
        foreach (var job in jobs)
        {
            CopyFile(job, content, stopped);
            job.Directory.Release();
        }
    }

    private void CopyFile(CopyJob job, FileContent content, CancellationToken stopped)
    {
        var directory = job.Directory;
        // O_NONBLOCK: should the file have become a pipe meanwhile, the open must not wait for a writer.
        using var source = directory.Source.OpenEntry(job.Name, Fcntl.O_RDONLY | Fcntl.O_NOATIME | Fcntl.O_NONBLOCK);
        var before = FileStatus.Of(source);
        using var target = job.IsCreated || job.IsKept
            ? directory.Target.OpenEntry(job.Name, Fcntl.O_WRONLY)
            : CreateFile(directory, job.Name);
        var digest = job.IsKept
            ? content.Digest(source, before.Size, stopped)
            : content.Copy(source, before.Size, target, stopped);
        _attributes.Apply(directory, job.Name, before, target);
        var stamp = EntryStamp.Of(before);
        if (!before.IsRegular || EntryStamp.Of(FileStatus.Of(source)) != stamp)
            AddChanged(directory, job.Name);
        ledger.Write(job.Index, new LedgerEntry(stamp, job.IsKept ? 1ul : 0, digest));
    }

    private static SafeFileHandle CreateFile(DirectoryPair directory, ReadOnlySpan<byte> name) =>
        directory.Target.OpenEntry(
            name, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private void AddChanged(DirectoryPair directory, ReadOnlySpan<byte> name)
    {
        lock (_changed)
            if (_changed.Count < ChangesToName)
                _changed.Add(directory.Source.PathForMessages(name));
    }
}
