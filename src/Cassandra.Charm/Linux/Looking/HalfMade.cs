using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>Our own work, cut short: what the journal's intent, and nobody else, can have written.</summary>
internal static class HalfMade
{
    private const int TableSectors = 34;
    private const int EntriesSectors = 33;

    /// <summary>
    /// Either a whole copy of the table names the planned partition, not under its final label in both copies; or, where
    /// sfdisk was cut before a copy was whole, every sector at the table's places that is not zero is one of that table's.
    /// Of a disk that was enlarged since, only whole copies tell.
    /// </summary>
    internal static bool IsOn(IDiskBytes device, DiskTables tables, Undertaking.Preparing intent) =>
        device.Size == intent.Disk.SizeBytes
            ? tables.Copies.Any()
                ? tables.Copies.All(copy => IsOurs(copy, intent.Layout))
                    && !tables.IsComplete(intent.Layout, intent.Layout.Label, device.Size)
                : HasRemainsOnly(device, intent.Layout)
            : device.Size > intent.Disk.SizeBytes && IsOnEnlarged(device, tables, intent);

    private static bool IsOnEnlarged(IDiskBytes device, DiskTables tables, Undertaking.Preparing intent)
    {
        Gpt[] copies = [.. tables.Copies.Append(Gpt.Backup(device, intent.Disk.SizeBytes)).OfType<Gpt>()];
        return copies.Length > 0 && copies.All(copy => IsOurs(copy, intent.Layout))
            && (tables.Primary is null || copies.Any(copy => copy.Partitions[0].Label == Layout.InitialLabel));
    }

    /// <summary>Where the table's sectors lie.</summary>
    internal static IEnumerable<ByteRange> TablePlaces(IDiskBytes device) =>
    [
        new(0, TableSectors * device.SectorSize),
        new(device.Size - (EntriesSectors * device.SectorSize), EntriesSectors * device.SectorSize),
    ];

    private static bool IsOurs(Gpt copy, Layout layout) =>
        copy.DiskGuid == layout.DiskGuid && copy.Partitions is [var only] && only.Uuid == layout.Filesystem.PartitionUuid
        && (only.Label == Layout.InitialLabel || only.Label == layout.Label);

    /// <summary>At least one sector is certainly ours, and none is certainly not.</summary>
    private static bool HasRemainsOnly(IDiskBytes device, Layout layout)
    {
        var found = false;
        foreach (var place in TablePlaces(device))
        {
            var bytes = device.Read(place.Offset, (int)place.Length).AsSpan();
            for (var at = 0; at < bytes.Length; at += device.SectorSize)
            {
                var sector = bytes.Slice(at, device.SectorSize);
                if (sector.IndexOfAnyExcept((byte)0) < 0)
                    continue;
                if (!IsRemains(sector, isFirst: place.Offset + at == 0, layout))
                    return false;
                found = true;
            }
        }

        return found;
    }

    /// <summary>A header with our disk GUID, a first entry with our partition UUID, or the protective MBR.</summary>
    private static bool IsRemains(ReadOnlySpan<byte> sector, bool isFirst, Layout layout) =>
        isFirst
            ? sector[510] == 0x55 && sector[511] == 0xAA && sector[446 + 4] == 0xEE && sector[..446].IndexOfAnyExcept((byte)0) < 0
            : sector.StartsWith("EFI PART"u8)
                ? new Guid(sector.Slice(56, 16)) == layout.DiskGuid
                : new Guid(sector.Slice(16, 16)) == layout.Filesystem.PartitionUuid && sector[128..].IndexOfAnyExcept((byte)0) < 0;
}
