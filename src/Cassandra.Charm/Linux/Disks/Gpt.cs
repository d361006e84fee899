using System.Buffers.Binary;
using System.Text;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>One of the two copies of a GUID partition table (UEFI specification, 5.3), whose checksums hold.</summary>
/// <param name="DiskGuid">The disk's GUID.</param>
/// <param name="Partitions">The used entries.</param>
internal sealed record Gpt(Guid DiskGuid, IReadOnlyList<TablePartition> Partitions)
{
    private const int HeaderLength = 92;
    private const int CrcOffset = 16;
    private const int MinEntrySize = 128;
    private const int MaxEntriesLength = 1 << 20;

    /// <summary>The size of the disk that the table was written for: the copy at the end stands, or stood, there.</summary>
    internal long DiskBytes { get; init; }

    /// <summary>The type of a partition that holds a Linux filesystem.</summary>
    internal static readonly Guid LinuxFilesystem = new("0FC63DAF-8483-4772-8E79-3D69D8477DE4");

    /// <summary>The copy in front; null where there is none, or a damaged one.</summary>
    internal static Gpt? Primary(IDiskBytes disk) => ReadCopy(disk, 1);

    /// <summary>The copy in the last sector.</summary>
    internal static Gpt? Backup(IDiskBytes disk) => Backup(disk, disk.Size);

    /// <summary>The copy that stood in the last sector when the disk had this size.</summary>
    internal static Gpt? Backup(IDiskBytes disk, long diskBytes) => diskBytes > disk.Size ? null : ReadCopy(disk, (diskBytes / disk.SectorSize) - 1);

    private static Gpt? ReadCopy(IDiskBytes disk, long sector)
    {
        if (disk.Size < 4 * disk.SectorSize || sector < 1)
            return null;
        var header = disk.Read(sector * disk.SectorSize, disk.SectorSize).AsSpan();
        if (!header.StartsWith("EFI PART"u8) || !HasValidCrc(header) || Number(header, 24) != sector)
            return null;
        var (count, size) = (Small(header, 80), Small(header, 84));
        if (size is < MinEntrySize or > MaxEntriesLength || count > MaxEntriesLength / size)
            return null;
        var (start, length) = (Bytes(Number(header, 72), disk.SectorSize), (long)count * size);
        if (start < 0 || start > disk.Size - length)
            return null;
        var entries = disk.Read(start, (int)length);
        return Crc32.Of(entries) == Small(header, 88)
            ? new Gpt(new Guid(header.Slice(56, 16)), Parse(entries, size, disk.SectorSize))
            {
                DiskBytes = Bytes(Math.Max(sector, Number(header, 32)), disk.SectorSize) + disk.SectorSize,
            }
            : null;
    }

    private static bool HasValidCrc(ReadOnlySpan<byte> header)
    {
        var covered = header[..HeaderLength].ToArray(); // longer headers are allowed, and nobody writes them
        covered.AsSpan(CrcOffset, 4).Clear();
        return Small(header, 12) == HeaderLength && Crc32.Of(covered) == Small(header, CrcOffset);
    }

    private static List<TablePartition> Parse(ReadOnlySpan<byte> entries, uint size, int sectorSize)
    {
        var partitions = new List<TablePartition>();
        for (var index = 0; (index + 1) * size <= entries.Length; index++)
        {
            var entry = entries.Slice((int)(index * size), (int)size);
            if (new Guid(entry[..16]) == Guid.Empty)
                continue;
            var (first, last) = (Number(entry, 32), Number(entry, 40));
            var length = first >= 0 && last >= first ? Bytes(last - first, sectorSize) : -1;
            partitions.Add(new TablePartition(index + 1, Bytes(first, sectorSize), length < 0 ? -1 : length + sectorSize)
            {
                Type = new Guid(entry[..16]),
                Uuid = new Guid(entry.Slice(16, 16)),
                Attributes = BinaryPrimitives.ReadUInt64LittleEndian(entry[48..]),
                Label = Encoding.Unicode.GetString(entry.Slice(56, 72)).TrimEnd('\0'),
            });
        }

        return partitions;
    }

    /// <summary>-1 for what no disk has: a product that wrapped around would lie within the disk.</summary>
    private static long Bytes(long sectors, int sectorSize) =>
        sectors >= 0 && sectors < long.MaxValue / sectorSize ? sectors * sectorSize : -1;

    private static long Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private static uint Small(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}

/// <summary>A partition as a table on the disk describes it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Start">Offset in bytes; -1 where the table says what no disk can have.</param>
/// <param name="Length">Length in bytes; -1 likewise.</param>
internal sealed record TablePartition(int Number, long Start, long Length)
{
    /// <summary>Whether it is a part of a disk: a table may say anything, with checksums that hold.</summary>
    internal bool LiesWithin(long diskSize) => Start > 0 && Length > 0 && Start <= diskSize - Length;

    /// <summary>GPT type; empty in an MBR.</summary>
    internal Guid Type { get; init; }

    /// <summary>GPT partition UUID; null in an MBR.</summary>
    internal Guid? Uuid { get; init; }

    /// <summary>GPT attributes.</summary>
    internal ulong Attributes { get; init; }

    /// <summary>GPT name.</summary>
    internal string Label { get; init; } = "";
}
