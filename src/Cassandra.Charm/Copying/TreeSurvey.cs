using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>What a tree holds, counted without reading any file. An inode with several names counts once.</summary>
internal sealed record TreeSurvey
{
    /// <summary>Entries below the root: files, directories, symbolic links.</summary>
    public long Names { get; init; }

    /// <summary>Inodes, the root's included.</summary>
    public long Inodes { get; init; }

    public long SymbolicLinks { get; init; }

    /// <summary>Bytes of regular files, without their holes.</summary>
    public long DataBytes { get; init; }

    /// <summary>As <see cref="DataBytes"/>, each file rounded up to whole blocks, directories included.</summary>
    public long RoundedBytes { get; init; }

    /// <summary>What the tree takes on its disk.</summary>
    public long AllocatedBytes { get; init; }

    /// <summary>The state of the tree; two surveys with equal fingerprints saw the same tree.</summary>
    public TreeFingerprint Fingerprint { get; init; }

    /// <summary>Walks the tree.</summary>
    /// <param name="root">Where it is.</param>
    /// <param name="blockSize">Of the filesystem that it is to be copied to, in bytes.</param>
    /// <param name="cancellationToken">Checked at every entry.</param>
    /// <param name="known">Is told of every entry.</param>
    /// <exception cref="CopyStoppedException">It holds what cannot be copied, or changed under the walk.</exception>
    public static TreeSurvey Of(
        PinnedDirectory root, long blockSize, CancellationToken cancellationToken, KnownFiles? known = null)
    {
        using var directory = TreeDirectory.OpenRoot(root);
        return new Walk(root, blockSize, known, cancellationToken).Run(directory);
    }

    private sealed class Walk(PinnedDirectory top, long blockSize, KnownFiles? known, CancellationToken cancellationToken)
    {
        private readonly RelativePath _path = new();
        private readonly OpenLinkGroups<ValueTuple> _linkGroups = new();
        private long _names;
        private long _inodes;
        private long _symbolicLinks;
        private long _dataBytes;
        private long _roundedBytes;
        private long _allocatedBytes;
        private TreeFingerprint _fingerprint;

        public TreeSurvey Run(SafeFileHandle root)
        {
            CountInode(FileStatus.Of(root));
            Visit(root, level: 0);
            return new TreeSurvey
            {
                Names = _names,
                Inodes = _inodes,
                SymbolicLinks = _symbolicLinks,
                DataBytes = _dataBytes,
                RoundedBytes = _roundedBytes,
                AllocatedBytes = _allocatedBytes,
                Fingerprint = _fingerprint,
            };
        }

        private void Visit(SafeFileHandle directory, int level)
        {
            using var reader = new DirectoryReader(directory, level == 0 ? top.Only : null);
            while (reader.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var name = reader.Current;
                if (FileStatus.TryOf(directory, name) is not { } status)
                {
                    if (top.IsLive)
                        continue;
                    throw new CopyStoppedException(new CopyResult.SourceChanged([directory.PathForMessages(name)]));
                }
                TreeRules.Check(status, top.Filesystem, level, directory, name);
                var parent = _path.Enter(name);
                VisitEntry(directory, name, status, level);
                _path.Leave(parent);
            }
        }

        private void VisitEntry(SafeFileHandle directory, ReadOnlySpan<byte> name, in FileStatus status, int level)
        {
            try
            {
                known?.Meet(status, _path.Bytes);
                Count(directory, name, status);
                if (!status.IsDirectory)
                    return;
                using var child = TreeDirectory.Open(directory, name);
                Visit(child, level + 1);
            }
            catch (LibcException vanished) when (top.IsLive && vanished.IsOfMissingFile)
            {
                // As if the walk had come later.
            }
        }

        private void Count(SafeFileHandle directory, ReadOnlySpan<byte> name, in FileStatus status)
        {
            _names++;
            _fingerprint = _fingerprint.With(_path.Bytes, EntryStamp.Of(status));
            if (status.IsSymbolicLink)
                _symbolicLinks++;
            if (status is { IsDirectory: false, Links: > 1 } && _linkGroups.Join(status, default, out _, out _))
                return;
            CountInode(status);
            if (!status.IsRegular)
                return;
            var data = DataSize(directory, name, status);
            _dataBytes += data;
            _roundedBytes += RoundUp(data);
        }

        private void CountInode(in FileStatus status)
        {
            _inodes++;
            _allocatedBytes += status.AllocatedSize;
            if (status.IsDirectory)
                _roundedBytes += RoundUp(Math.Max(status.Size, 1));
        }

        // Fewer blocks than bytes mean holes, or a compressing filesystem; only the file's map tells which.
        private static long DataSize(SafeFileHandle directory, ReadOnlySpan<byte> name, in FileStatus status)
        {
            if (status.AllocatedSize >= status.Size)
                return status.Size;
            using var file = directory.OpenEntry(name, Fcntl.O_RDONLY | Fcntl.O_NOATIME);
            return FileExtents.DataSize(file, status.Size);
        }

        private long RoundUp(long size) => (size + blockSize - 1) / blockSize * blockSize;
    }
}
