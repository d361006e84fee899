using System.Buffers.Binary;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>
/// Magic numbers by which filesystems, tables and volume managers are recognised (storage-practice B3). They name what
/// is there; that nothing is there only reading every planned byte can tell.
/// </summary>
internal static class Signatures
{
    private const int FrontLength = 320 * 1024; // the farthest magic in front: ZFS's uberblocks
    private const int BackLength = 1 << 20; // the farthest at the end: LDM's database

    /// <summary>What is recognised in a part of a disk, as noun phrases without repetition.</summary>
    internal static IReadOnlyList<string> Find(IDiskBytes device, long offset, long length)
    {
        var front = device.Read(offset, (int)Math.Min(FrontLength, length));
        var backLength = (int)Math.Min(BackLength, length) / OpenDevice.Alignment * OpenDevice.Alignment;
        var back = device.Read(offset + length - backLength, backLength);
        return
        [
            .. Table.Where(magic => magic.IsIn(front, back)).Select(magic => magic.Name)
                .Concat(Ext(front)).Concat(Raid(back, length)).Concat(Zfs(front)).Distinct(),
        ];
    }

    /// <summary>
    /// What copies of metadata tell of a filesystem that lost its beginning, at an offset that is not zero or behind it;
    /// null where nothing.
    /// </summary>
    internal static string? OfCopies(IDiskBytes device, long at) =>
        ByteRange.Normalise([new(at, 1)], device.Size, OpenDevice.Alignment)
            .Concat(BlankPlan.MetadataCopies(device.Size).Where(place => place.End > at))
            .Select(place => OfCopy(device.Read(place.Offset, (int)place.Length))).FirstOrDefault(name => name is not null);

    private static string? OfCopy(ReadOnlySpan<byte> place)
    {
        const int Sector = 512, Shortest = 72;
        for (var at = 0; at + Shortest <= place.Length; at += Sector)
        {
            var bytes = place[at..];
            if (bytes.StartsWith("XFSB"u8))
                return "an XFS filesystem that lost its first superblock";
            if (bytes.StartsWith("EFI PART"u8))
                return "a backup partition table (GPT)";
            if (at % 1024 == 0 && IsExtCopy(bytes))
                return "an ext filesystem that lost its first superblock";
            if (bytes[64..].StartsWith("_BHRfS_M"u8))
                return "a btrfs filesystem that lost its first superblock";
        }

        return null;
    }

    /// <summary>Magic at a fixed place from the front, or (negative) from the end.</summary>
    private sealed record Magic(string Name, long At, byte[] Bytes)
    {
        internal bool IsIn(ReadOnlySpan<byte> front, ReadOnlySpan<byte> back)
        {
            var where = At >= 0 ? front : back;
            var at = At >= 0 ? At : back.Length + At;
            return at >= 0 && at + Bytes.Length <= where.Length && where[(int)at..].StartsWith(Bytes);
        }
    }

    private static Magic[] At(string name, ReadOnlySpan<byte> bytes, params long[] offsets)
    {
        var copy = bytes.ToArray();
        return [.. offsets.Select(offset => new Magic(name, offset, copy))];
    }

    private static readonly Magic[] Table =
    [
        .. At("an XFS filesystem", "XFSB"u8, 0),
        .. At("a btrfs filesystem", "_BHRfS_M"u8, 0x10040),
        .. At("an F2FS filesystem", [0x10, 0x20, 0xF5, 0xF2], 1024),
        .. At("an NTFS filesystem", "NTFS    "u8, 3),
        .. At("a ReFS filesystem", "ReFS"u8, 3),
        .. At("an exFAT filesystem", "EXFAT   "u8, 3),
        .. At("a FAT filesystem", "FAT12   "u8, 54),
        .. At("a FAT filesystem", "FAT16   "u8, 54),
        .. At("a FAT filesystem", "FAT32   "u8, 82),
        .. At("an ISO 9660 filesystem", "CD001"u8, 32769),
        .. At("a UDF filesystem", "NSR0"u8, 32769 + 2048, 32769 + 4096, 32769 + 6144),
        .. At("a JFS filesystem", "JFS1"u8, 32768),
        .. At("a ReiserFS filesystem", "ReIsEr"u8, 65536 + 52, 8192 + 52),
        .. At("a NILFS2 filesystem", [0x34, 0x34], 1024 + 6),
        .. At("a GFS2 filesystem", [0x01, 0x16, 0x19, 0x70], 65536),
        .. At("an OCFS2 filesystem", "OCFSV2"u8, 1024, 2048, 4096, 8192),
        .. At("an HFS+ filesystem", "H+"u8, 1024),
        .. At("an HFS+ filesystem", "HX"u8, 1024),
        .. At("an APFS container", "NXSB"u8, 32),
        .. At("a squashfs filesystem", "hsqs"u8, 0),
        .. At("an EROFS filesystem", [0xE2, 0xE1, 0xF5, 0xE0], 1024),
        .. At("a VMFS volume", [0x0D, 0xD0, 0x01, 0xC0], 1 << 17, 1 << 18),
        .. At("an LVM physical volume", "LABELONE"u8, 0, 512, 1024, 1536),
        .. At("an LVM physical volume (LVM1)", "HM\u0001\0"u8, 0),
        .. At("an LVM snapshot", "SnAp"u8, 0),
        .. At("an encrypted volume (LUKS)", [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE], 0),
        .. At("an encrypted volume (LUKS)", [0x53, 0x4B, 0x55, 0x4C, 0xBA, 0xBE], 0x4000, 0x8000, 0x10000, 0x20000, 0x40000),
        .. At("an encrypted volume (BitLocker)", "-FVE-FS-"u8, 3),
        .. At("a dm-integrity volume", "integrt\0"u8, 0),
        .. At("a dm-verity hash volume", "verity\0\0"u8, 0),
        .. At("a swap area", "SWAPSPACE2"u8, 4086, 8182, 16374, 65526),
        .. At("a swap area", "SWAP-SPACE"u8, 4086, 8182, 16374, 65526),
        .. At("a suspended machine's swap area", "S1SUSPEND"u8, 4086),
        .. At("a suspended machine's swap area", "S2SUSPEND"u8, 4086),
        .. At("a suspended machine's swap area", "ULSUSPEND"u8, 4086),
        .. At("a suspended machine's swap area", "LINHIB0001"u8, 4086),
        .. At("a Linux RAID member", [0xFC, 0x4E, 0x2B, 0xA9], 0, 4096),
        .. At("a firmware RAID member (DDF)", [0xDE, 0x11, 0xDE, 0x11], -512, -257 * 512),
        .. At("a firmware RAID member (Intel)", "Intel Raid ISM Cfg Sig."u8, -1024),
        .. At("a firmware RAID member (NVIDIA)", "NVIDIA"u8, -1024),
        .. At("a bcache device", [0xC6, 0x85, 0x73, 0xF6, 0x4E, 0x1A, 0x45, 0xCA, 0x82, 0x65, 0xF5, 0x7F, 0x48, 0xBA, 0x6D, 0x81], 4096 + 24),
        .. At("a bcachefs filesystem", [0xC6, 0x85, 0x73, 0xF6, 0x66, 0xCE, 0x90, 0xA9, 0xD9, 0x6A, 0x60, 0xCF, 0x80, 0x3D, 0xF7, 0xEF], 4096 + 24),
        .. At("a DRBD device", [0x83, 0x74, 0x02, 0x6B], -4096 + 60), // 8.3
        .. At("a DRBD device", [0x83, 0x74, 0x02, 0x6C], -4096 + 60), // 8.4, not cleanly detached
        .. At("a DRBD device", [0x83, 0x74, 0x02, 0x6D], -4096 + 60),
        .. At("a VDO volume", "dmvdo001"u8, 0),
        .. At("a Stratis pool member", "!Stra0tis"u8, 512 + 4, 4608 + 4),
        .. At("a Ceph OSD", "bluestore block device"u8, 0),
        .. At("an Oracle ASM disk", "ORCLDISK"u8, 32),
        .. At("a GPT partition table", "EFI PART"u8, 512, 4096),
        .. At("a backup partition table (GPT)", "EFI PART"u8, -512, -4096),
        .. At("an SGI partition table", [0x0B, 0xE5, 0xA9, 0x41], 0),
        .. At("a Sun partition table", [0xDA, 0xBE], 508),
        .. At("an Apple partition map", "PM\0\0"u8, 512),
        .. At("a BSD partition table", [0x57, 0x45, 0x56, 0x82], 64, 512),
        .. At("an Amiga partition table", "RDSK"u8, 0, 512, 1024),
        .. At("a Windows dynamic disk", "PRIVHEAD"u8, 6 * 512, -512, -(1 << 20)),
    ];

    /// <summary>The ext family is told apart by features.</summary>
    private static IEnumerable<string> Ext(byte[] front)
    {
        const uint Journal = 0x4, ModernIncompatible = 0x2 | 0x40 | 0x80 | 0x200;
        if (front.Length < 2048 || BinaryPrimitives.ReadUInt16LittleEndian(front.AsSpan(1024 + 56)) != 0xEF53)
            return [];
        var compatible = BinaryPrimitives.ReadUInt32LittleEndian(front.AsSpan(1024 + 92));
        var incompatible = BinaryPrimitives.ReadUInt32LittleEndian(front.AsSpan(1024 + 96));
        return (incompatible & 0x8) != 0 ? ["an external ext journal"]
            : (incompatible & ModernIncompatible & ~0x2u) != 0 ? ["an ext4 filesystem"]
            : (compatible & Journal) != 0 ? ["an ext3 filesystem"]
            : ["an ext2 filesystem"];
    }

    /// <summary>md 1.0 and 0.90 reckon their places from the size of the member (Documentation/admin-guide/md.rst).</summary>
    private static IEnumerable<string> Raid(byte[] back, long length)
    {
        var sectors = length / 512;
        var one = ((sectors - 16) & ~7L) * 512;
        var old = (length & ~65535L) - 65536;
        return new[] { one, old }.Select(at => at - (length - back.Length))
            .Any(at => at >= 0 && at + 4 <= back.Length
                && BinaryPrimitives.ReadUInt32LittleEndian(back.AsSpan((int)at)) == 0xA92B4EFC)
            ? ["a Linux RAID member"]
            : [];
    }

    /// <summary>A ZFS label has a ring of uberblocks in its second half; either byte order.</summary>
    private static IEnumerable<string> Zfs(byte[] front)
    {
        const int Ring = 128 * 1024;
        for (var at = Ring; at + 8 <= Math.Min(front.Length, 2 * Ring); at += 1024)
        {
            var magic = BinaryPrimitives.ReadUInt64LittleEndian(front.AsSpan(at));
            if (magic is 0x00BAB10C or 0x0CB1BA0000000000)
                return ["a ZFS pool member"];
        }

        return [];
    }

    private static bool IsExtCopy(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[56..]) == 0xEF53
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) <= 6; // log2 of block size / 1 KiB
}
