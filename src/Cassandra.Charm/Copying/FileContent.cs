using System.Runtime.InteropServices;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>Reads files, digesting and, where asked to, writing what was read. One per worker: it owns a buffer.</summary>
internal sealed unsafe class FileContent(RateLimit rateLimit, ProgressMeter progress) : IDisposable
{
    // The disk then writes while we read on, and the final sync finds little to do (measured: a single worker gains 20 %).
    private const long WritebackInterval = 8 << 20;

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
        long written = 0, flushed = 0;
        for (long offset = 0; NextChunk(source, isDense, ref offset, size); offset += ContentDigest.ChunkSize)
        {
            var chunk = Read(source, offset, ContentDigest.ChunkSize, size, cancellationToken);
            _digest.Append(offset, chunk);
            written = Math.Max(written, isDense ? Write(target, chunk, offset) : WriteData(source, target, chunk, offset));
            if (written - flushed < WritebackInterval)
                continue;
            Fcntl.sync_file_range(target, flushed, written - flushed, Fcntl.SYNC_FILE_RANGE_WRITE); // only a hint
            flushed = written;
        }
        if (written < size)
            target.SetLength(size);
        return _digest.Finish(size);
    }

    /// <summary>Digests a file's content. With O_DIRECT it is what the disk holds, not what the cache holds.</summary>
    public UInt128 Digest(SafeFileHandle file, long size, CancellationToken cancellationToken)
    {
        Advise(file, Fcntl.POSIX_FADV_SEQUENTIAL);
        var isDense = FileExtents.IsDense(file, size);
        for (long offset = 0; NextChunk(file, isDense, ref offset, size); offset += UncachedReadSize)
        {
            var content = Read(file, offset, UncachedReadSize, size, cancellationToken);
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
        SafeFileHandle file, long offset, int length, long size, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var wanted = (int)Math.Min(length, size - offset);
        rateLimit.Take(wanted, cancellationToken);
        var buffer = new Span<byte>(_buffer, length);
        // The whole length is asked for, as O_DIRECT wants whole sectors also at the end of a file.
        var count = Math.Min(file.ReadAt(buffer, offset, enough: wanted), wanted);
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
