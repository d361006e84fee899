using System.Buffers.Binary;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>The superblock of a filesystem that the charm serves from, read without mounting.</summary>
/// <param name="Type"><c>xfs</c> or <c>ext4</c>.</param>
/// <param name="Uuid">Filesystem UUID.</param>
internal sealed record Superblock(string Type, Guid Uuid)
{
    private const int Length = 4096;
    private const int ExtOffset = 1024;

    /// <summary>ext4 marks a filesystem that the kernel, or fsck, found damaged; XFS has no such mark.</summary>
    internal bool HasErrors { get; init; }

    /// <summary>ext4 whose journal must be replayed, or that was mounted without one and not unmounted. XFS: only the mount tells.</summary>
    internal bool IsKnownDirty { get; init; }

    /// <summary>Bytes the filesystem believes to have.</summary>
    internal long Size { get; init; }

    /// <summary>Reads it at an offset of a disk, which may be that of a partition; null where there is neither.</summary>
    internal static Superblock? Read(IDiskBytes disk, long offset)
    {
        if (offset < 0 || offset > disk.Size - Length)
            return null;
        var bytes = disk.Read(offset, Length).AsSpan();
        return Xfs(bytes) ?? Ext4(bytes[ExtOffset..]);
    }

    private static Superblock? Xfs(ReadOnlySpan<byte> bytes) => !bytes.StartsWith("XFSB"u8)
        ? null
        : new Superblock("xfs", new Guid(bytes.Slice(32, 16), bigEndian: true))
        {
            Size = Saturated((UInt128)BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) * BinaryPrimitives.ReadUInt32BigEndian(bytes[4..])),
        };

    private static Superblock? Ext4(ReadOnlySpan<byte> bytes)
    {
        const int ValidState = 1, ErrorState = 2;
        const uint LargestShift = 50; // ext4 has blocks up to 64 KiB, 6; no more fits beside 64 bits of blocks
        const uint Recover = 0x4, Extents = 0x40, JournalDevice = 0x8;
        var incompatible = BinaryPrimitives.ReadUInt32LittleEndian(bytes[96..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[56..]) != 0xEF53
            || (incompatible & Extents) == 0 || (incompatible & JournalDevice) != 0)
        {
            return null; // ext2, ext3 or an external journal: named as what they are elsewhere
        }

        var state = BinaryPrimitives.ReadUInt16LittleEndian(bytes[58..]);
        var blocks = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..])
            | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[336..]) << 32);
        return new Superblock("ext4", new Guid(bytes.Slice(104, 16), bigEndian: true))
        {
            HasErrors = (state & ErrorState) != 0,
            IsKnownDirty = (state & ValidState) == 0 || (incompatible & Recover) != 0,
            Size = Saturated((UInt128)blocks << (10 + (int)Math.Min(LargestShift, BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..])))),
        };
    }

    private static long Saturated(UInt128 bytes) => bytes > long.MaxValue ? long.MaxValue : (long)bytes;
}
