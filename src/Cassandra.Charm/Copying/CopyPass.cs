using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>
/// Walks the source once, making directories and links on the way and leaving regular files to the workers. Each entry is
/// noted in the ledger in the order of the walk.
/// </summary>
internal sealed class CopyPass(
    TreeCopyRequest request, Ledger ledger, ProgressMeter progress, CancellationToken cancellationToken) : IDisposable
{
    private readonly EntryAttributes _attributes = new(request.Owners);
    private readonly OpenDirectories _directories = new();
    private readonly OpenLinkGroups<byte[]> _linkGroups = new();
    private readonly HashSet<ulong> _keptWithLinks = [];
    private readonly RelativePath _path = new();
    private readonly SourceChanges _changes = new();
    private readonly LiveAge _age = new(request.Time);
    private SafeFileHandle? _targetRoot;
    private long _index;

    /// <summary>Files that an earlier run had brought over.</summary>
    public long KeptFiles { get; private set; }

    /// <summary>Bytes of the source that had to be read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Bytes of a live source that are left to a later pass.</summary>
    public long BytesLeft => _changes.Bytes;

    /// <summary>Copies everything below the roots, and the roots' own attributes.</summary>
    public void Run(SafeFileHandle source, StagingDirectory target, AsideFiles aside)
    {
        _targetRoot = target.Root;
        var files = new FileCopy(request, ledger, _changes, _attributes, progress);
        using var crew = new WorkerCrew<FileJob>(request.Workers, files.Work, cancellationToken);
        crew.Run(add =>
        {
            var status = FileStatus.Of(source);
            Note(_index++, status);
            var root = _directories.OpenRoot(source, target.Root, target.IsNew, FinishWith(status));
            Visit(root, add, crew.Stopped);
            aside.Remove(); // before the root gets its time
            root.Release();
        });
        BytesRead = files.BytesRead;
        if (_changes.Count > 0 && !request.Source.IsLive)
            throw new CopyStoppedException(new CopyResult.SourceChanged(_changes.Paths));
    }

    /// <inheritdoc/>
    public void Dispose() => _directories.Dispose();

    private void Visit(DirectoryPair directory, Action<FileJob> add, CancellationToken stopped)
    {
        using var reader = new DirectoryReader(directory.Source, directory.Level == 0 ? request.Source.Only : null);
        while (reader.MoveNext())
        {
            stopped.ThrowIfCancellationRequested();
            var name = reader.Current;
            if (FileStatus.TryOf(directory.Source, name) is not { } status)
            {
                _changes.Add(directory.Source, name);
                continue;
            }
            TreeRules.Check(status, request.Source.Filesystem, directory.Level, directory.Source, name);
            progress.AddName();
            var parent = _path.Enter(name);
            try
            {
                VisitEntry(directory, name, status, _index++, add, stopped);
            }
            catch (LibcException vanished) when (request.Source.IsLive && vanished.IsOfMissingFile)
            {
                _changes.Add(directory.Source, name);
            }
            _path.Leave(parent);
        }
    }

    private void VisitEntry(
        DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus status, long index, Action<FileJob> add,
        CancellationToken stopped)
    {
        if (status.IsDirectory)
            VisitDirectory(directory, name, status, index, add, stopped);
        else if (status.Links > 1 && _linkGroups.Join(status, _path.ToZeroTerminated(), out var first, out _))
            MakeHardLink(directory, name, status, index, first);
        else if (status.IsSymbolicLink)
            MakeSymbolicLink(directory, name, status, index);
        else
            VisitFile(directory, name, status, index, add);
    }

    private void VisitDirectory(
        DirectoryPair parent, ReadOnlySpan<byte> name, in FileStatus status, long index, Action<FileJob> add,
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

    private Action<DirectoryPair> FinishWith(FileStatus status) => directory =>
    {
        try
        {
            _attributes.Apply(directory, status);
        }
        catch (LibcException vanished) when (request.Source.IsLive && vanished.IsOfMissingFile)
        {
            // Its attributes are those of the last pass, which sees the source at rest.
        }
    };

    private void VisitFile(
        DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus status, long index, Action<FileJob> add)
    {
        var known = TryKnown(directory, name, status);
        if (known is not null)
            KeptFiles++;
        if (known is not null && known.IsSettled(status))
        {
            progress.AddBytes(status.Size);
            ledger.Write(index, new LedgerEntry(EntryStamp.Of(status), LedgerMark.Settled, known.Digest));
            return;
        }
        if (request.Source.IsLive && !LiveAge.IsSettled(status, _age.Now))
        {
            _changes.Add(directory.Source, name, status.Size);
            return;
        }
        var isKept = known is not null || (!directory.IsNew && TryKeep(directory, name, status));
        var isCreated = status.Links > 1 && !isKept;
        if (isCreated)
            FileCopy.Create(directory.Target, name).Dispose();
        directory.Use();
        add(new FileJob(directory, name.ToArray(), index)
        {
            Path = _path.ToZeroTerminated(),
            IsCreated = isCreated,
            IsKept = isKept,
            Known = known,
        });
    }

    // Brought over under another name, perhaps of a snapshot that is gone: a link is enough.
    private KnownFile? TryKnown(DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus status)
    {
        if (request.Known?.Find(status) is not { } known)
            return null;
        var present = FileStatus.TryOf(directory.Target, name);
        if (present is { } there && known.IsIn(there))
            return known;
        if (FileStatus.TryOf(_targetRoot!, known.Path) is not { } elsewhere || !known.IsIn(elsewhere))
            return null;
        if (present is not null)
            StaleEntries.Remove(directory.Target, name, request.Target.Filesystem);
        _targetRoot!.Link(known.Path, directory.Target, name);
        known = known with { Path = _path.ToZeroTerminated() };
        request.Known.Add(known);
        return known;
    }

    // An inode on the target can stand for one inode of the source only; a second taker gets a file of its own.
    private bool TryKeep(DirectoryPair directory, ReadOnlySpan<byte> name, in FileStatus status)
    {
        if (FileStatus.TryOf(directory.Target, name) is not { } present)
            return false;
        if (StaleEntries.IsCurrent(status, present) && request.Known?.IsTaken(present.Inode) != true
            && (present.Links == 1 || _keptWithLinks.Add(present.Inode)))
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
        _targetRoot!.Link(first, directory.Target, name);
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
        ledger.Write(index, new LedgerEntry(EntryStamp.Of(status), LedgerMark.Written, 0));
}
