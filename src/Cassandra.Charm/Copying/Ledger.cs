using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>What the copy noted about one entry, for the comparison.</summary>
/// <param name="Stamp">Of the source's entry when it was read.</param>
/// <param name="Mark">Where the content on the target comes from.</param>
/// <param name="Digest">Of a regular file at its first name; else zero.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct LedgerEntry(EntryStamp Stamp, LedgerMark Mark, UInt128 Digest);

/// <summary>Where the content of a file on the target comes from.</summary>
internal enum LedgerMark : long
{
    /// <summary>This run wrote it.</summary>
    Written,

    /// <summary>An earlier run, of which nothing is known.</summary>
    Kept,

    /// <summary>An earlier run, which has compared it.</summary>
    Settled,
}

/// <summary>
/// One note per entry of the source, in the order of the walk. It lives in a nameless file on the target, not in
/// memory, which therefore does not grow with the number of files; after a crash it is gone by itself.
/// </summary>
internal sealed class Ledger : IDisposable
{
    private const int BufferedEntries = 2048;
    private static readonly int EntrySize = Unsafe.SizeOf<LedgerEntry>();

    private readonly SafeFileHandle _file;
    private readonly LedgerEntry[] _buffer = new LedgerEntry[BufferedEntries];
    private long _bufferStart = -BufferedEntries;
    private int _buffered;

    /// <param name="directory">Any directory on a filesystem with O_TMPFILE: ext4, xfs, tmpfs, btrfs.</param>
    public Ledger(SafeFileHandle directory) => _file = directory.OpenEntry(
        ".\0"u8, Fcntl.O_RDWR | Fcntl.O_TMPFILE, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>Notes an entry; any worker may call it.</summary>
    public void Write(long index, LedgerEntry entry) =>
        _file.WriteAt(MemoryMarshal.AsBytes(new ReadOnlySpan<LedgerEntry>(in entry)), index * EntrySize);

    /// <summary>The note, or null past the last one. Only one thread may read, and best in ascending order.</summary>
    public LedgerEntry? Read(long index)
    {
        if (index < _bufferStart || index >= _bufferStart + BufferedEntries)
        {
            _bufferStart = index;
            _buffered = _file.ReadAt(MemoryMarshal.AsBytes(_buffer.AsSpan()), index * EntrySize) / EntrySize;
        }
        var position = (int)(index - _bufferStart);
        return position < _buffered ? _buffer[position] : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
