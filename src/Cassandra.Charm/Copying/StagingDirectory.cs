using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>
/// The target's root, held open: whatever happens to the mount, every write goes to the filesystem that was checked, and
/// <see cref="CheckInPlace"/> tells whether the path still leads there.
/// </summary>
internal sealed class StagingDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly PinnedDirectory _place;
    private SafeFileHandle? _root;

    public StagingDirectory(PinnedDirectory place)
    {
        _place = place;
        var parentPath = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(place.Path)) ?? "/";
        Parent = TreeDirectory.OpenRoot(place with { Path = parentPath });
        try
        {
            IsNew = FileStatus.TryOf(Parent, Name) is null;
            if (!IsNew)
                _root = TreeDirectory.OpenRoot(place);
        }
        catch
        {
            Parent.Dispose();
            throw;
        }
    }

    /// <summary>The directory that it is in.</summary>
    public SafeFileHandle Parent { get; }

    /// <summary>True if it was not there before this run.</summary>
    public bool IsNew { get; }

    /// <summary>The directory itself.</summary>
    public SafeFileHandle Root => _root ?? throw new InvalidOperationException("not created yet");

    private byte[] Name => FileName.FromText(Path.GetFileName(Path.TrimEndingDirectorySeparator(_place.Path)));

    /// <summary>Makes it, closed to everybody else until the copy is complete.</summary>
    public void CreateIfNew()
    {
        if (!IsNew)
            return;
        Create(Parent, Name);
        _root = TreeDirectory.OpenRoot(_place);
    }

    /// <summary>Removes all that it holds.</summary>
    public void Clear()
    {
        using var reader = new DirectoryReader(Root);
        while (reader.MoveNext())
            StaleEntries.Remove(Root, reader.Current, _place.Filesystem);
    }

    /// <summary>Stops if the path leads elsewhere by now.</summary>
    public void CheckInPlace()
    {
        var held = FileStatus.Of(Root);
        TreeDirectory.CheckPlace(_place, held);
        if (FileStatus.TryOf(_place.Path) is not { } found || found.Filesystem != held.Filesystem || found.Inode != held.Inode)
            throw new CopyStoppedException(new CopyResult.Misplaced(
                _place.Path, "the directory that the copy was made in", "another one, or none"));
    }

    /// <summary>mkdir for the superuser's eyes only; an existing directory is none of ours.</summary>
    public static void Create(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        while (SysStat.mkdirat(parent, name, (uint)OwnerOnly) != 0)
            LibcException.ThrowUnlessInterrupted("mkdir", parent, name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _root?.Dispose();
        Parent.Dispose();
    }
}
