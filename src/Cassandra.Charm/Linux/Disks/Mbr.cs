using System.Buffers.Binary;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>The DOS partition table in the first sector.</summary>
internal static class Mbr
{
    private const int TableOffset = 446;
    private const int EntryLength = 16;
    private const byte ProtectiveType = 0xEE;
    private const byte LinuxType = 0x83;

    /// <summary>
    /// The primary partitions; null where the sector is no such table. FAT and NTFS boot sectors end in the same two
    /// bytes: only entries that make sense on this disk tell a table.
    /// </summary>
    internal static IReadOnlyList<MbrPartition>? Read(IDiskBytes disk)
    {
        var sector = disk.Read(0, disk.SectorSize);
        if (sector[510] != 0x55 || sector[511] != 0xAA)
            return null;
        var entries = Enumerable.Range(0, 4).Select(i => Parse(sector.AsSpan(TableOffset + (i * EntryLength), EntryLength), i + 1, disk)).ToList();
        var used = entries.OfType<MbrPartition>().ToList();
        return used.Count > 0 && used.TrueForAll(p => p.IsPlausible) ? used : null;
    }

    private static MbrPartition? Parse(ReadOnlySpan<byte> entry, int number, IDiskBytes disk)
    {
        var start = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]) * (long)disk.SectorSize;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]) * (long)disk.SectorSize;
        if (entry[4] == 0 && length == 0)
            return null;
        var isPlausible = entry[0] is 0 or 0x80 && entry[4] != 0 && start > 0 && length > 0 && start < disk.Size;
        return new MbrPartition(
            new TablePartition(number, start, length), entry[4] == LinuxType, entry[4] == ProtectiveType, isPlausible);
    }
}

/// <summary>A primary partition of an MBR.</summary>
/// <param name="Partition">Where it is.</param>
/// <param name="IsLinux">Type 0x83.</param>
/// <param name="IsProtective">Type 0xEE: there is, or was, a GPT.</param>
/// <param name="IsPlausible">The entry makes sense on this disk.</param>
internal sealed record MbrPartition(TablePartition Partition, bool IsLinux, bool IsProtective, bool IsPlausible);
