using System.Runtime.InteropServices;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>Reads files, digesting and, where asked to, writing what was read. One per worker: it owns a buffer.</summary>
/// <param name="rateLimit">Each read takes its turn.</param>
/// <param name="progress">Each read is counted.</param>
/// <param name="besideCache">What is copied leaves nothing in the page cache: somebody else lives from it.</param>
internal sealed unsafe class FileContent(RateLimit rateLimit, ProgressMeter progress, bool besideCache = false) : IDisposable
{
    // Without the cache each read waits for the disk: the larger, the fewer waits.
    private const int UncachedReadSize = 1 << 20;

    // Satisfies O_DIRECT on disks with sectors of up to 4 KiB.
    private const int DirectAlignment = 4096;

    private readonly ContentDigest _digest = new();
    private byte* _buffer = (byte*)NativeMemory.AlignedAlloc(UncachedReadSize, DirectAlignment);

    /// <summary>Copies a file's content, keeping its holes, into a new empty file.</summary>
    public UInt128 Copy(SafeFileHandle source, long size, SafeFileHandle target, CancellationToken cancellationToken)
    {
        Advise(source, Fcntl.POSIX_FADV_SEQUENTIAL);
        var isDense = FileExtents.IsDense(source, size);
        long written = 0;
        var behind = new WriteBehind(target, besideCache);
        var readSize = besideCache ? UncachedReadSize : ContentDigest.ChunkSize;
        for (long offset = 0, end; NextChunk(source, isDense, ref offset, size); offset = end)
        {
            var content = Read(source, offset, (int)Math.Min(readSize, size - offset), out end, cancellationToken);
            for (var at = 0; at < content.Length; at += ContentDigest.ChunkSize)
            {
                var chunk = content[at..Math.Min(at + ContentDigest.ChunkSize, content.Length)];
                _digest.Append(offset + at, chunk);
                written = Math.Max(written, isDense ? Write(target, chunk, offset + at) : WriteData(source, target, chunk, offset + at));
            }
            behind.Follow(written, inPieces: rateLimit.IsSet);
        }
        if (written < size)
            target.SetLength(size);
        behind.Finish(written);
        return _digest.Finish(size);
    }

    /// <summary>Digests a file's content. With O_DIRECT it is what the disk holds, not what the cache holds.</summary>
    public UInt128 Digest(SafeFileHandle file, long size, CancellationToken cancellationToken)
    {
        Advise(file, Fcntl.POSIX_FADV_SEQUENTIAL);
        var isDense = FileExtents.IsDense(file, size);
        for (long offset = 0, end; NextChunk(file, isDense, ref offset, size); offset = end)
        {
            var content = Read(file, offset, (int)Math.Min(UncachedReadSize, size - offset), out end, cancellationToken);
            for (var at = 0; at < content.Length; at += ContentDigest.ChunkSize)
                _digest.Append(offset + at, content[at..Math.Min(at + ContentDigest.ChunkSize, content.Length)]);
        }
        return _digest.Finish(size);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_buffer);
        _buffer = null;
    }

    private static void Advise(SafeFileHandle file, int advice) => Fcntl.posix_fadvise(file, 0, 0, advice);

    // Moves the offset over chunks that lie in a hole.
    private static bool NextChunk(SafeFileHandle file, bool isDense, ref long offset, long size)
    {
        if (isDense || offset >= size)
            return offset < size;
        if (FileExtents.NextData(file, offset) is not { } data || data >= size)
            return false;
        offset = Math.Max(offset, data / ContentDigest.ChunkSize * ContentDigest.ChunkSize);
        return true;
    }

    private ReadOnlySpan<byte> Read(
        SafeFileHandle file, long offset, int wanted, out long end, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var granted = rateLimit.Take(wanted, cancellationToken);
        end = offset + granted;
        // O_DIRECT wants whole sectors also at the end of a file.
        var buffer = new Span<byte>(_buffer, (granted + DirectAlignment - 1) / DirectAlignment * DirectAlignment);
        var count = Math.Min(file.ReadAt(buffer, offset, enough: granted), granted);
        progress.AddBytes(count);
        return buffer[..count];
    }

    private static long Write(SafeFileHandle target, ReadOnlySpan<byte> chunk, long offset)
    {
        target.WriteAt(chunk, offset);
        return offset + chunk.Length;
    }

    // Writes those parts of the chunk that are data in the source.
    private static long WriteData(SafeFileHandle source, SafeFileHandle target, ReadOnlySpan<byte> chunk, long offset)
    {
        long position = offset, end = offset + chunk.Length, written = 0;
        while (position < end && FileExtents.NextData(source, position) is { } data && data < end)
        {
            position = Math.Min(Math.Max(FileExtents.EndOfData(source, data), data + 1), end);
            written = Write(target, chunk[(int)(data - offset)..(int)(position - offset)], data);
        }
        return written;
    }
}
