using Cassandra.Charm.Linux;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>What was seen to change under the copy. Under a live source that is normal, and left to a later pass.</summary>
internal sealed class SourceChanges
{
    private const int Named = 20;

    private readonly List<string> _paths = [];
    private readonly Lock _lock = new();

    /// <summary>How many entries.</summary>
    public long Count { get; private set; }

    /// <summary>How many bytes they had.</summary>
    public long Bytes { get; private set; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<string> Paths => _paths;

    /// <summary>Notes an entry; any thread may.</summary>
    public void Add(SafeFileHandle directory, ReadOnlySpan<byte> name, long bytes = 0)
    {
        lock (_lock)
        {
            Count++;
            Bytes += bytes;
            if (_paths.Count < Named)
                _paths.Add(directory.PathForMessages(name));
        }
    }
}
