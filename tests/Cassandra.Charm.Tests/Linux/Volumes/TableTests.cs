using System.Buffers.Binary;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>Tables and superblocks that say what no disk can have, with checksums that hold.</summary>
public sealed class TableTests
{
    private const int Sector = 512;
    private readonly byte[] _disk = new byte[1 << 20];

    [Theory]
    [InlineData(-1, 100)]
    [InlineData(2048, long.MaxValue)]
    [InlineData((1L << 55) + 200, (1L << 55) + 300)] // times 512 that is a place within the disk
    [InlineData(300, 200)]
    [InlineData(200, 1 << 20)]
    public void A_partition_that_is_no_part_of_the_disk_is_not_taken_for_one(long first, long last)
    {
        Table(first, last);

        var partition = Assert.Single(Gpt.Primary(new Bytes(_disk))!.Partitions);

        Assert.False(partition.LiesWithin(_disk.Length));
        Assert.Null(Superblock.Read(new Bytes(_disk), partition.Start == 200 * Sector ? -1 : partition.Start));
    }

    [Theory]
    [InlineData(84, 0xFFFFFFFF)] // size of an entry; times their number it is negative
    [InlineData(80, 0xFFFFFFFF)]
    [InlineData(72, 0xFFFFFFFF)] // where they are
    [InlineData(76, 0x80000000)]
    public void A_table_whose_entries_are_not_on_the_disk_is_none(int at, uint value)
    {
        Table(200, 300, header => BinaryPrimitives.WriteUInt32LittleEndian(header[at..], value));

        Assert.Null(Gpt.Primary(new Bytes(_disk)));
    }

    [Fact]
    public void A_superblock_of_a_filesystem_larger_than_anything_is_not_taken_for_a_small_one()
    {
        "XFSB"u8.CopyTo(_disk);
        BinaryPrimitives.WriteUInt32BigEndian(_disk.AsSpan(4), 4096);
        BinaryPrimitives.WriteInt64BigEndian(_disk.AsSpan(8), 1L << 52);

        Assert.Equal(long.MaxValue, Superblock.Read(new Bytes(_disk), 0)!.Size);
    }

    private delegate void Change(Span<byte> header);

    private void Table(long first, long last, Change? change = null)
    {
        var header = _disk.AsSpan(Sector, 92);
        var entries = _disk.AsSpan(2 * Sector, 128);
        Gpt.LinuxFilesystem.TryWriteBytes(entries);
        BinaryPrimitives.WriteInt64LittleEndian(entries[32..], first);
        BinaryPrimitives.WriteInt64LittleEndian(entries[40..], last);
        "EFI PART"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], 92);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], 1);
        BinaryPrimitives.WriteInt64LittleEndian(header[72..], 2);
        BinaryPrimitives.WriteInt32LittleEndian(header[80..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(header[84..], 128);
        BinaryPrimitives.WriteUInt32LittleEndian(header[88..], Crc32.Of(entries));
        change?.Invoke(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Crc32.Of(header));
    }

    private sealed class Bytes(byte[] content) : IDiskBytes
    {
        public long Size => content.Length;

        public int SectorSize => Sector;

        public byte[] Read(long offset, int count) => content.AsSpan((int)offset, count).ToArray();
    }
}
