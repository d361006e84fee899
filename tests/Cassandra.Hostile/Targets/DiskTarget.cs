using System.Buffers.Binary;
using System.Text;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Looking;
using Cassandra.Hostile.Inputs;

namespace Cassandra.Hostile.Targets;

/// <summary>
/// Tables, superblocks and signatures as they stand on raw disks, damaged in their fields with checksums that hold, in
/// their bytes, cut and put together from several. Whatever stands there, a disk with a byte on it is never said to hold
/// nothing known without being judged, and no partition leads out of the disk.
/// </summary>
internal sealed class DiskTarget : Target, IFilesystemLook
{
    // Anything smaller is refused for its size.
    public const int MinSize = 512 * 1024, MaxSize = 2 << 20;

    private static readonly Undertaking.Preparing Intent = new("vol-1", Samples.Pin,
        new Layout(new Guid("11111111-2222-3333-4444-555555555555"), new Filesystem("xfs", Guid.Empty, new Guid("99999999-2222-3333-4444-555555555555")), "vol-1"))
    {
        Entry = "vol-1",
        Since = DateTimeOffset.UnixEpoch,
    };

    private static readonly Disk Disk = new() { Name = "vdb", Pin = Samples.Pin };

    private static readonly string[] Magic =
        ["EFI PART", "XFSB", "_BHRfS_M", "LABELONE", "SWAPSPACE2", "hsqs", "NTFS    ", "CD001", "ORCLDISK", "RDSK", "PRIVHEAD", "\u00fc\u004e\u002b\u00a9", "U\u00aa"];

    public override string Name => "disk";

    public override int Weight => 8; // each reads a MiB

    /// <summary>First the sector size, a byte, then what is on the disk, zeros left out: position, length, bytes.</summary>
    public override byte[] Generate(Random chance)
    {
        var sector = chance.Next(4) == 0 ? 4096 : 512;
        var size = chance.Next(3) switch { 0 => MaxSize, 1 => MinSize, _ => chance.Next(MinSize / sector, MaxSize / sector) * sector };
        var pieces = new List<(long At, byte[] Bytes)>();
        for (var times = 1 + Noise.Geometric(chance); times > 0; times--)
            pieces.AddRange(Structure(chance, size, sector));
        var text = new MemoryStream();
        var writer = new BinaryWriter(text);
        writer.Write(sector == 4096);
        writer.Write(size);
        foreach (var (at, bytes) in pieces)
        {
            var piece = chance.Next(3) == 0 ? Noise.Apply(chance, bytes) : bytes;
            writer.Write((int)at);
            writer.Write(piece.Length);
            writer.Write(piece);
        }

        return text.ToArray();
    }

    public override void Judge(byte[] input)
    {
        var disk = MemoryDisk.From(input);
        var tables = DiskTables.Read(disk);
        foreach (var partition in tables.Partitions.Where(p => p.LiesWithin(disk.Size)))
            _ = disk.Read(partition.Start, (int)Math.Min(4096, partition.Length));
        foreach (var plan in new[] { Intent, Intent with { Disk = Intent.Disk with { SizeBytes = disk.Size } } })
        {
            _ = HalfMade.IsOn(disk, tables, plan);
            foreach (var before in tables.Copies.Select(copy => copy.DiskBytes).Append(disk.Size / 2))
                _ = GrowingTable.IsOn(disk, new Growth("vol-1", plan.Disk, plan.Layout, before));
        }

        _ = tables.IsOf(Intent.Layout);
        _ = tables.IsComplete(Intent.Layout, "vol-1", disk.Size);
        foreach (var partition in tables.Partitions)
            _ = Superblock.Read(disk, partition.Start);
        var sight = new TableJudge(Disk, disk, tables, this).Judge();
        BrokenPromiseException.Unless(sight is null or VolumeSight.Foreign or VolumeSight.EmptyFilesystem, $"taken for {sight}");
        if (sight is VolumeSight.Foreign { What: var what })
            BrokenPromiseException.Unless(what.Length is > 0 and < 1000 && !what.Any(char.IsControl), $"not a line: {what}");
        _ = Signatures.OfCopies(disk, 0);
    }

    FilesystemLookResult IFilesystemLook.Into(long offset, long length, Superblock filesystem)
    {
        BrokenPromiseException.Unless(offset >= 0 && length > 0, $"a filesystem of {length} bytes at {offset} is to be mounted");
        return filesystem.IsKnownDirty ? new FilesystemLookResult.Unclean()
            : new FilesystemLookResult.Clean(new FilesystemContent.Empty(), HasMark: false);
    }

    FilesystemContent? IFilesystemLook.MarkOf(long offset, long length, Superblock filesystem) => null;

    private static IEnumerable<(long, byte[])> Structure(Random chance, int size, int sector) => chance.Next(8) switch
    {
        0 or 1 => TableCopies(chance, size, sector),
        2 => [(446, MbrEntries(chance, size / sector))],
        3 => [(Words.OneOf(chance, 0, 1 << 20, 63 * 512), Ext4(chance))],
        4 => [(Words.OneOf(chance, 0, 1 << 20, 63 * 512), Xfs(chance))],
        5 => [(chance.Next(size), Encoding.Latin1.GetBytes(Words.OneOf<string>(chance, Magic)))],
        6 => [(chance.Next(0, size / 512) * 512L, Encoding.Latin1.GetBytes(Words.OneOf<string>(chance, Magic)))],
        _ => [(chance.Next(size), [(byte)chance.Next(256)])],
    };

    private static List<(long, byte[])> TableCopies(Random chance, int size, int sector)
    {
        var (last, entries) = ((size / sector) - 1, Entries(chance, size / sector));
        var copies = new List<(long, byte[])>();
        if (chance.Next(4) != 0)
            copies.AddRange([(sector, Header(chance, 1, 2, entries)), (2L * sector, entries)]);
        var entriesAt = last - ((entries.Length + sector - 1) / sector);
        if (chance.Next(4) != 0 && entriesAt > 0)
            copies.AddRange([((long)last * sector, Header(chance, last, entriesAt, entries)), (entriesAt * sector, entries)]);
        return copies;
    }

    /// <summary>A header whose checksums hold, whatever nonsense it covers.</summary>
    private static byte[] Header(Random chance, long self, long entriesAt, byte[] entries)
    {
        var header = new byte[92];
        "EFI PART"u8.CopyTo(header);
        Small(header, 8, 0x10000);
        Small(header, 12, 92);
        Large(header, 24, self);
        Large(header, 32, chance.Next(1000));
        Large(header, 40, 34);
        Large(header, 48, Odd(chance, 1000));
        (chance.Next(2) == 0 ? Intent.Layout.DiskGuid : Words.GuidOf(chance)).TryWriteBytes(header.AsSpan(56));
        Large(header, 72, Noise.Rarely(chance, 10) ? Odd(chance, 1000) : entriesAt);
        Small(header, 80, Noise.Rarely(chance, 10) ? (uint)Odd(chance, 1000) : (uint)(entries.Length / 128));
        Small(header, 84, Noise.Rarely(chance, 10) ? (uint)Odd(chance, 256) : 128);
        Small(header, 88, Crc32.Of(entries));
        Small(header, 16, Crc32.Of(header));
        return header;
    }

    private static byte[] Entries(Random chance, long sectors)
    {
        var entries = new byte[128 * Words.OneOf(chance, 4, 128)];
        for (var number = 0; number < Noise.Geometric(chance) && number < 4; number++)
        {
            var entry = entries.AsSpan(number * 128, 128);
            Gpt.LinuxFilesystem.TryWriteBytes(entry);
            (chance.Next(2) == 0 ? Intent.Layout.Filesystem.PartitionUuid!.Value : Words.GuidOf(chance)).TryWriteBytes(entry[16..]);
            Large(entry, 32, Odd(chance, sectors));
            Large(entry, 40, Odd(chance, sectors));
            var label = Encoding.Unicode.GetBytes(Words.OneOf(chance, "", "vol-1", Layout.InitialLabel, "x\ny", "\ud800"));
            label.CopyTo(entry[56..]);
        }

        return entries;
    }

    private static byte[] MbrEntries(Random chance, long sectors)
    {
        var table = new byte[66];
        for (var number = 0; number < chance.Next(4); number++)
        {
            var entry = table.AsSpan(number * 16, 16);
            entry[0] = Words.OneOf<byte>(chance, 0, 0x80, 7);
            entry[4] = Words.OneOf<byte>(chance, 0x83, 0xEE, 7, 0);
            Small(entry, 8, (uint)Odd(chance, sectors));
            Small(entry, 12, (uint)Odd(chance, sectors));
        }

        (table[64], table[65]) = (0x55, 0xAA);
        return table;
    }

    private static byte[] Ext4(Random chance)
    {
        var block = new byte[2048];
        var superblock = block.AsSpan(1024);
        Small(superblock, 4, (uint)Odd(chance, 1000));
        Small(superblock, 24, (uint)Words.OneOf(chance, 0, 2, 6, 63, 200, -1));
        (superblock[56], superblock[57]) = (0x53, 0xEF);
        superblock[58] = (byte)chance.Next(4);
        Small(superblock, 96, (uint)Words.OneOf(chance, 0x40, 0x44, 0x48, 0x2C2, 0));
        Small(superblock, 336, (uint)Odd(chance, 4));
        return block;
    }

    private static byte[] Xfs(Random chance)
    {
        var block = new byte[512];
        "XFSB"u8.CopyTo(block);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(4), (uint)Words.OneOf(chance, 4096, 512, 0, -1));
        BinaryPrimitives.WriteInt64BigEndian(block.AsSpan(8), Odd(chance, 1000));
        return block;
    }

    /// <summary>A number that makes sense half the time.</summary>
    private static long Odd(Random chance, long most) => chance.Next(8) switch
    {
        0 => -1,
        1 => long.MaxValue,
        2 => long.MinValue,
        3 => chance.NextInt64(),
        _ => chance.NextInt64(Math.Max(1, most)),
    };

    private static void Small(Span<byte> bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], value);

    private static void Large(Span<byte> bytes, int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(bytes[at..], value);
}

/// <summary>A disk in memory, as strict as a real one: nothing can be read that is not there.</summary>
internal sealed class MemoryDisk(byte[] content, int sectorSize) : IDiskBytes
{
    public long Size => content.Length;

    public int SectorSize => sectorSize;

    public byte[] Read(long offset, int count)
    {
        BrokenPromiseException.Unless(offset >= 0 && count >= 0 && offset <= Size - count, $"{count} bytes are read at {offset} of a disk of {Size}");
        return content[(int)offset..((int)offset + count)];
    }

    /// <summary>From pieces; whatever does not fit is left out.</summary>
    public static MemoryDisk From(byte[] input)
    {
        var reader = new BinaryReader(new MemoryStream(input));
        if (input.Length < 5)
            return new MemoryDisk(new byte[DiskTarget.MinSize], 512);
        var sector = reader.ReadBoolean() ? 4096 : 512;
        var content = new byte[Math.Clamp(reader.ReadInt32(), DiskTarget.MinSize, DiskTarget.MaxSize) / sector * sector];
        while (reader.BaseStream.Length - reader.BaseStream.Position >= 8)
        {
            var (at, length) = (reader.ReadInt32(), reader.ReadInt32());
            var piece = reader.ReadBytes(Math.Clamp(length, 0, DiskTarget.MaxSize));
            if (at >= 0 && at < content.Length)
                piece.AsSpan(0, Math.Min(piece.Length, content.Length - at)).CopyTo(content.AsSpan(at));
        }

        return new MemoryDisk(content, sector);
    }
}

/// <summary>What a disk says of itself over its bus: SCSI pages, and Google's JSON in an NVMe page.</summary>
internal sealed class IdentityPagesTarget : Target
{
    private const int NvmePage = 4096, Vendor = 384;

    public override string Name => "identity-pages";

    public override byte[] Generate(Random chance)
    {
        byte[] designators = [0, 0x83, 0, 28, 1, 3, 0, 8, 0x60, 1, 2, 3, 4, 5, 6, 7, 2, 1, 0, 12, .. "QEMU    vol-"u8, .. "{\"device_name\":\"disk-1\"}"u8];
        return Noise.Apply(chance, designators);
    }

    public override void Judge(byte[] input)
    {
        foreach (var text in ScsiVpd.Designators(input).Append(ScsiVpd.UnitSerial(input) ?? "none"))
            BrokenPromiseException.Unless(text.Length > 0, "an identity without a letter");
        var page = new byte[NvmePage];
        input.AsSpan(0, Math.Min(input.Length, NvmePage - Vendor)).CopyTo(page.AsSpan(Vendor));
        _ = GoogleNvme.Parse(page);
        var json = input.AsSpan().IndexOf((byte)'{');
        if (json < 0)
            return;
        page.AsSpan().Clear();
        input.AsSpan(json, Math.Min(input.Length - json, NvmePage - Vendor)).CopyTo(page.AsSpan(Vendor));
        _ = GoogleNvme.Parse(page);
    }
}
