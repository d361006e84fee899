using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>
/// A directory open on both sides. It stays open until the walk has left it and the last of its files and
/// subdirectories is done; then it is finished and closed, whichever thread that happens on.
/// </summary>
internal sealed class DirectoryPair(
    DirectoryPair? parent, SafeFileHandle source, SafeFileHandle target, OpenDirectories registry)
{
    private int _users = 1;

    /// <summary>True if this run has created the target, so that it holds nothing else.</summary>
    public bool IsNew { get; init; }

    /// <summary>What is left to do once nothing more will change in the directory.</summary>
    public Action<DirectoryPair>? Finish { get; init; }

    public int Level { get; } = parent is null ? 0 : parent.Level + 1;

    public SafeFileHandle Source { get; } = source;

    public SafeFileHandle Target { get; } = target;

    /// <summary>Keeps it open for one more user.</summary>
    public void Use() => Interlocked.Increment(ref _users);

    /// <summary>A user is done.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        Finish?.Invoke(this);
        registry.Close(this);
        parent?.Release();
    }

    public void Close()
    {
        Source.Dispose();
        Target.Dispose();
    }
}

/// <summary>
/// The pairs that are open. What a failure has left open is closed with it: a descriptor that waited for the garbage
/// collector would keep the filesystem from being unmounted.
/// </summary>
internal sealed class OpenDirectories : IDisposable
{
    private readonly HashSet<DirectoryPair> _pairs = [];

    /// <summary>Opens an entry of both sides.</summary>
    public DirectoryPair Open(
        DirectoryPair parent, ReadOnlySpan<byte> name, bool isNew = false, Action<DirectoryPair>? finish = null)
    {
        parent.Use();
        return Open(parent, parent.Source, parent.Target, name, isNew, finish);
    }

    /// <summary>Opens the roots once more; the caller keeps its own descriptors.</summary>
    public DirectoryPair OpenRoot(
        SafeFileHandle source, SafeFileHandle target, bool isNew = false, Action<DirectoryPair>? finish = null) =>
        Open(null, source, target, ".\0"u8, isNew, finish);

    public void Close(DirectoryPair pair)
    {
        lock (_pairs)
            _pairs.Remove(pair);
        pair.Close();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pair in _pairs)
            pair.Close();
        _pairs.Clear();
    }

    private DirectoryPair Open(
        DirectoryPair? parent, SafeFileHandle sourceBase, SafeFileHandle targetBase, ReadOnlySpan<byte> name, bool isNew,
        Action<DirectoryPair>? finish)
    {
        var source = TreeDirectory.Open(sourceBase, name);
        try
        {
            var target = TreeDirectory.Open(targetBase, name);
            var pair = new DirectoryPair(parent, source, target, this) { IsNew = isNew, Finish = finish };
            lock (_pairs)
                _pairs.Add(pair);
            return pair;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}
