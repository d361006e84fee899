using Cassandra.Charm.Linux;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>A regular file of the target for a worker of the comparison.</summary>
internal readonly record struct VerifyJob(DirectoryPair Directory, byte[] Name, long Size, LedgerEntry Expected);

/// <summary>
/// Walks both trees once more. The source must be as the ledger has it, entry by entry. The target must have the same
/// names, types, sizes, modes, owners, times, links and attributes, and its disk the same contents.
/// </summary>
internal sealed class VerifyPass(
    TreeCopyRequest request, Ledger ledger, ProgressMeter progress, CancellationToken cancellationToken) : IDisposable
{
    private readonly RateLimit _rateLimit = new(request.RateLimit, TimeProvider.System);
    private readonly OpenDirectories _directories = new();
    private readonly TreeDifferences _differences = new(request.Owners);
    private readonly RelativePath _path = new();
    private long _index;

    /// <summary>Of the source as this pass saw it.</summary>
    public TreeFingerprint SourceFingerprint { get; private set; }

    /// <summary>Compares; nothing found means that the target is the source.</summary>
    public IReadOnlyList<TreeDifference> Run(SafeFileHandle source, SafeFileHandle target)
    {
        using var crew = new WorkerCrew<VerifyJob>(request.Workers, CompareFiles, cancellationToken);
        crew.Run(add =>
        {
            if (!IsAsNoted(FileStatus.Of(source), out _))
                throw SourceChanged(source.PathForMessages());
            var root = _directories.OpenRoot(source, target);
            _differences.CompareRoots(root);
            Visit(root, add, crew.Stopped);
            root.Release();
        });
        if (ledger.Read(_index) is not null)
            throw SourceChanged(source.PathForMessages()); // names have vanished
        _differences.CompareOpenLinkGroups();
        return _differences.Found;
    }

    /// <inheritdoc/>
    public void Dispose() => _directories.Dispose();

    private void Visit(DirectoryPair directory, Action<VerifyJob> add, CancellationToken stopped)
    {
        var names = 0;
        using (var reader = new DirectoryReader(directory.Source, directory.Level == 0 ? request.Source.Only : null))
        {
            for (; reader.MoveNext(); names++)
            {
                stopped.ThrowIfCancellationRequested();
                progress.AddName();
                var parent = _path.Enter(reader.Current);
                VisitEntry(directory, reader.Current, add, stopped);
                _path.Leave(parent);
            }
        }
        _differences.CompareNames(directory, names);
    }

    private void VisitEntry(
        DirectoryPair directory, ReadOnlySpan<byte> name, Action<VerifyJob> add, CancellationToken stopped)
    {
        if (FileStatus.TryOf(directory.Source, name) is not { } source || !IsAsNoted(source, out var expected))
            throw SourceChanged(directory.Source.PathForMessages(name));
        SourceFingerprint = SourceFingerprint.With(_path.Bytes, expected.Stamp);
        if (!_differences.CompareEntry(directory, name, source, out var hasEarlierName))
            return;
        if (source.IsDirectory)
        {
            var child = _directories.Open(directory, name);
            Visit(child, add, stopped);
            child.Release();
        }
        else if (source.IsRegular && !hasEarlierName && expected.Mark == LedgerMark.Settled)
        {
            progress.AddBytes(source.Size);
        }
        else if (source.IsRegular && !hasEarlierName)
        {
            directory.Use();
            add(new VerifyJob(directory, name.ToArray(), source.Size, expected));
        }
    }

    private void CompareFiles(IEnumerable<VerifyJob> jobs, CancellationToken stopped)
    {
        using var content = new FileContent(_rateLimit, progress);
        foreach (var job in jobs)
        {
            using (var file = UncachedFile.Open(job.Directory.Target, job.Name))
            {
                if (content.Digest(file, job.Size, stopped) != job.Expected.Digest)
                    _differences.AddContent(job.Directory, job.Name, isKept: job.Expected.Mark == LedgerMark.Kept);
            }
            job.Directory.Release();
        }
    }

    private bool IsAsNoted(in FileStatus source, out LedgerEntry expected)
    {
        var noted = ledger.Read(_index++);
        expected = noted.GetValueOrDefault();
        return noted is not null && EntryStamp.Of(source) == expected.Stamp;
    }

    private static CopyStoppedException SourceChanged(string path) => new(new CopyResult.SourceChanged([path]));
}
