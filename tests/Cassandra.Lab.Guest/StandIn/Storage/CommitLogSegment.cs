using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>One preallocated, sparse <c>CommitLog-7-1714560000000.log</c>: a header, then entries of
/// (length, CRC of position and length, CRC of the payload, payload), then zeros.</summary>
internal sealed class CommitLogSegment : IDisposable
{
    public const int HeaderLength = 20;
    public const int EntryOverhead = 12;
    private const uint Magic = 0x434c5347;

    private readonly SafeFileHandle _file;
    private readonly long _size;

    private CommitLogSegment(string path, long id, SafeFileHandle file, long size)
    {
        Path = path;
        Id = id;
        _file = file;
        _size = size;
    }

    public string Path { get; }

    public long Id { get; }

    public long Position { get; private set; } = HeaderLength;

    public long SyncedTo { get; private set; }

    public bool IsDeleted => Libc.IsDeleted(_file);

    /// <summary>Creates a segment that is on the disk, name and all, before the first write into it.</summary>
    public static CommitLogSegment Create(string directory, int version, long id, long size)
    {
        var path = System.IO.Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"CommitLog-{version}-{id}.log"));
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.SetLength(file, size);
        var header = new byte[HeaderLength];
        BinaryPrimitives.WriteUInt32BigEndian(header, Magic);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), version);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(8), id);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), Crc32C.Of(header.AsSpan(0, 16)));
        RandomAccess.Write(file, header, 0);
        Libc.SyncData(file);
        Libc.SyncDirectory(directory);
        Libc.TryLock(file);
        return new CommitLogSegment(path, id, file, size);
    }

    public bool HasRoomFor(int payload) => Position + EntryOverhead + payload <= _size;

    /// <summary>Returns the position up to which the file must be synced to hold the entry.</summary>
    public long Append(ReadOnlySpan<byte> payload)
    {
        var entry = new byte[EntryOverhead + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(entry, payload.Length);
        BinaryPrimitives.WriteUInt32BigEndian(entry.AsSpan(4), EntryCrc(Id, Position, payload.Length));
        BinaryPrimitives.WriteUInt32BigEndian(entry.AsSpan(8), Crc32C.Of(payload));
        payload.CopyTo(entry.AsSpan(EntryOverhead));
        RandomAccess.Write(_file, entry, Position);
        return Position += entry.Length;
    }

    public void Sync()
    {
        var position = Position;
        Libc.SyncData(_file);
        SyncedTo = position;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The header's id, or null if these are not a segment's first bytes.</summary>
    public static long? IdOf(ReadOnlySpan<byte> header) =>
        header.Length >= HeaderLength
        && BinaryPrimitives.ReadUInt32BigEndian(header) == Magic
        && BinaryPrimitives.ReadUInt32BigEndian(header[16..]) == Crc32C.Of(header[..16])
            ? BinaryPrimitives.ReadInt64BigEndian(header[8..])
            : null;

    // With the segment's id and the position in it, an entry of another segment or place is no entry here.
    public static uint EntryCrc(long id, long position, int length)
    {
        Span<byte> bytes = stackalloc byte[20];
        BinaryPrimitives.WriteInt64BigEndian(bytes, id);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], position);
        BinaryPrimitives.WriteInt32BigEndian(bytes[16..], length);
        return Crc32C.Of(bytes);
    }
}
