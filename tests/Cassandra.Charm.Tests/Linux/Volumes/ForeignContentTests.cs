using System.Buffers.Binary;
using Cassandra.Charm.Core.Observing;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>Whatever else is on a disk: it is refused by its name, and not a byte of it changes.</summary>
public sealed class ForeignContentTests
{
    private const long Mebibyte = LoopDisk.Mebibyte;

    [RootTheory]
    [InlineData("a swap area", "mkswap")]
    [InlineData("an LVM physical volume", "pvcreate", "--yes")]
    [InlineData("a btrfs filesystem", "mkfs.btrfs", "-q", "--nodiscard")]
    [InlineData("an F2FS filesystem", "mkfs.f2fs", "-q", "-t", "0")]
    [InlineData("an NTFS filesystem", "mkntfs", "-F", "-f", "-q")]
    [InlineData("a FAT filesystem", "mkfs.vfat", "-F", "32", "-I")]
    [InlineData("a FAT filesystem", "mkfs.vfat", "-F", "16", "-I")]
    [InlineData("an exFAT filesystem", "mkfs.exfat")]
    [InlineData("a NILFS2 filesystem", "mkfs.nilfs2", "-q", "-K")]
    [InlineData("a JFS filesystem", "mkfs.jfs", "-q")]
    [InlineData("a ReiserFS filesystem", "mkreiserfs", "-ff", "-q")]
    [InlineData("a GFS2 filesystem", "mkfs.gfs2", "-q", "-O", "-K", "-p", "lock_nolock")]
    [InlineData("an OCFS2 filesystem", "mkfs.ocfs2", "-q", "-F", "-F", "-M", "local")]
    [InlineData("a UDF filesystem", "mkudffs")]
    [InlineData("a bcache device", "make-bcache", "-C")]
    [InlineData("a bcache device", "make-bcache", "-B")]
    [InlineData("an ext2 filesystem", "mkfs.ext2", "-q", "-F")]
    [InlineData("an ext3 filesystem", "mkfs.ext3", "-q", "-F")]
    [InlineData("a GPT partition table with 0 partitions", "parted", "-s", "$", "mklabel", "gpt")]
    [InlineData("a GPT partition table with 2 partitions (an ext4 filesystem)", "sfdisk", "gpt", "size=100M", "")]
    [InlineData("a Sun partition table", "parted", "-s", "$", "mklabel", "sun")]
    [InlineData("an Apple partition map", "parted", "-s", "$", "mklabel", "mac")]
    [InlineData("a BSD partition table", "parted", "-s", "$", "mklabel", "bsd")]
    [InlineData("an Amiga partition table", "parted", "-s", "$", "mklabel", "amiga")]
    [InlineData("an SGI partition table", "parted", "-s", "$", "mklabel", "dvh")]
    [InlineData("a squashfs filesystem", "mksquashfs", "/usr/share/doc/bash", "$", "-noappend", "-quiet", "-no-progress")]
    [InlineData("an ISO 9660 filesystem", "genisoimage", "-quiet", "-o", "$", "/usr/share/doc/bash")]
    [InlineData("a DRBD device", "drbdmeta", "--force", "0", "v08", "$", "internal", "create-md")]
    [InlineData("an EROFS filesystem", "mkfs.erofs", "--quiet", "$", "/usr/share/doc/bash")]
    [InlineData("an APFS container", "mkapfs", "$")]
    public async Task What_a_program_made_is_named(string name, string program, params string[] arguments)
    {
        RequirePrograms(program);
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Make(disk, program, arguments);

        await AssertRefusedAsync(sandbox, disk, name);
    }

    [RootFact]
    public async Task A_LUKS_volume_is_named()
    {
        RequirePrograms("cryptsetup");
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var key = disk.Image + ".key";
        await File.WriteAllTextAsync(key, "secret", TestContext.Current.CancellationToken);
        try
        {
            Shell.Run("cryptsetup", "luksFormat", "--type", "luks2", "--batch-mode", "--pbkdf", "pbkdf2",
                "--pbkdf-force-iterations", "1000", disk.Image, key);
        }
        finally
        {
            File.Delete(key);
        }

        await AssertRefusedAsync(sandbox, disk, "an encrypted volume (LUKS)");
        disk.Write(0, new byte[4096]); // its second header is enough
        await AssertRefusedAsync(sandbox, disk, "an encrypted volume (LUKS)");
    }

    [RootFact]
    public async Task A_RAID_member_is_named_whichever_end_its_superblock_is_at()
    {
        using var sandbox = new VolumesSandbox();
        foreach (var offset in new[] { 0, 4096, LoopDisk.DefaultSize - 65536, LoopDisk.DefaultSize - 8192 })
        {
            using var disk = new LoopDisk();
            disk.Write(offset, [0xFC, 0x4E, 0x2B, 0xA9]);

            await AssertRefusedAsync(sandbox, disk, "a Linux RAID member");
        }
    }

    /// <summary>RAID1 with its superblock at the end: the filesystem inside begins where the member begins.</summary>
    [RootFact]
    public async Task A_filesystem_on_a_RAID_member_is_not_taken_for_a_plain_one()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Shell.Run("mkfs.ext4", "-q", disk.Device, "300M");
        disk.Write(LoopDisk.DefaultSize - 8192, [0xFC, 0x4E, 0x2B, 0xA9]);

        await AssertRefusedAsync(sandbox, disk, "an ext4 filesystem and a Linux RAID member");
    }

    [RootFact]
    public async Task A_ZFS_label_is_named()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var uberblock = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(uberblock, 0x00BAB10C);
        disk.Write((128 * 1024) + (3 * 1024), uberblock);

        await AssertRefusedAsync(sandbox, disk, "a ZFS pool member");
    }

    [RootFact]
    public async Task Files_are_counted_and_some_are_named()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Shell.Run("mkfs.ext4", "-q", disk.Device);
        disk.WhileMounted("ext4", root =>
        {
            foreach (var name in new[] { "d", "c", "a", "b" })
                File.WriteAllText($"{root}/{name}", "x");
        });

        await AssertRefusedAsync(sandbox, disk, "an ext4 filesystem with 4 entries (a, b, c, …)");
    }

    [RootFact]
    public async Task A_lost_and_found_with_something_in_it_is_not_empty()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Shell.Run("mkfs.ext4", "-q", disk.Device);
        disk.WhileMounted("ext4", root => File.WriteAllText($"{root}/lost+found/#12", "x"));

        await AssertRefusedAsync(sandbox, disk, "an ext4 filesystem with one entry (lost+found)");
    }

    [RootTheory]
    [InlineData("ext4", 0, "an ext filesystem that lost its first superblock")]
    [InlineData("xfs", 0, "an XFS filesystem that lost its first superblock")]
    public async Task A_filesystem_without_its_first_superblock_is_not_blank(string type, long at, string name)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Shell.Run($"mkfs.{type}", "-q", disk.Device);
        // All that a mistaken mkfs or dd overwrites first, up to the copies.
        disk.Write(at, new byte[type == "xfs" ? 80 * Mebibyte : 120 * Mebibyte]);

        await AssertRefusedAsync(sandbox, disk, name);
    }

    [RootFact]
    public async Task A_backup_partition_table_alone_is_not_blank()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Make(disk, "sfdisk", "gpt", "");
        disk.Write(0, new byte[Mebibyte]);

        await AssertRefusedAsync(sandbox, disk, "a backup partition table (GPT)");
    }

    [RootFact]
    public async Task A_GPT_whose_first_copy_is_damaged_is_named()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Make(disk, "sfdisk", "gpt", "");
        disk.Write(1024, [0xFF]); // its first entry: the checksum no longer holds

        await AssertRefusedAsync(sandbox, disk, "a partition table (GPT) of which the first copy is damaged");
    }

    [RootTheory]
    [InlineData("gpt", "a GPT partition table with 1 partition")]
    [InlineData("dos", "a DOS partition table with 1 partition")]
    public async Task A_partition_with_nothing_in_it_is_somebodys(string label, string name)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Make(disk, "sfdisk", label, "");

        await AssertRefusedAsync(sandbox, disk, name);
    }

    [RootTheory]
    [InlineData(0)]
    [InlineData((200 * Mebibyte) + 12345)]
    [InlineData(LoopDisk.DefaultSize - 1)]
    public async Task One_byte_that_is_not_zero_is_enough(long offset)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        disk.Write(offset, [1]);

        await AssertRefusedAsync(sandbox, disk, $"data that begins with nothing known (the byte at offset {offset} is not zero)");
    }

    [RootTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_filesystem_that_was_not_unmounted_is_refused_unread(string type)
    {
        using var sandbox = new VolumesSandbox();
        using var running = new LoopDisk();
        Shell.Run($"mkfs.{type}", "-q", running.Device);
        var image = running.Image + ".copy";
        running.WhileMounted(type, root =>
        {
            File.WriteAllText($"{root}/file", "x");
            Shell.Run("sync", "-f", root);
            File.WriteAllText($"{root}/another", "x");
            Shell.Run("sync", $"{root}/another", root);
            Shell.Run("cp", "--sparse=always", running.Image, image); // as a power cut leaves it
        });
        using var disk = new LoopDisk(copyOf: image);
        File.Delete(image);
        running.Dispose();

        await AssertRefusedAsync(sandbox, disk, $"a filesystem that was not cleanly unmounted ({type})", "mount and unmount it once yourself");
    }

    [RootFact]
    public async Task An_ext4_filesystem_marked_as_damaged_is_refused()
    {
        RequirePrograms("debugfs");
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Shell.Run("mkfs.ext4", "-q", disk.Device);
        disk.Write(1024 + 58, [3, 0]); // valid, and with errors

        await AssertRefusedAsync(sandbox, disk, "an ext4 filesystem that is marked as having errors",
            "repair it yourself (fsck.ext4), or wipe it if nothing on it is needed");
    }

    [RootFact]
    public async Task A_label_of_another_units_preparation_is_refused()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        await sandbox.Volumes.PartitionAsync(sandbox.Plan(disk), TestContext.Current.CancellationToken);

        await AssertRefusedAsync(sandbox, disk, "a volume that a charm began to prepare, and not for this unit",
            "if nothing on it is needed, wipe it yourself; else map it to the unit that began");
    }

    internal static async Task AssertRefusedAsync(VolumesSandbox sandbox, LoopDisk disk, string name, string? remedy = null)
    {
        var hash = disk.Hash;

        var sight = await sandbox.LookAsync(disk);

        Assert.Equal(new VolumeSight.Foreign(disk.Name, name, remedy), sight);
        Assert.Equal(hash, disk.Hash);
    }

    private static void RequirePrograms(string program) =>
        Assert.SkipUnless(Shell.Has(program), $"needs {program} (scripts/apt-packages)");

    private static void Make(LoopDisk disk, string program, params string[] arguments)
    {
        if (program == "sfdisk")
        {
            var script = $"label: {arguments[0]}\n" + string.Join('\n', arguments.Skip(1).Select(line => $",{line}".Replace(",size", "size", StringComparison.Ordinal)));
            Shell.RunWithInput(script + "\n", "sfdisk", "-q", disk.Image);
            if (arguments.Length > 2)
                Shell.Run("mkfs.ext4", "-q", "-F", "-E", $"offset={Mebibyte}", disk.Image, "90M");
        }
        else
        {
            Shell.Run(program, arguments.Contains("$") ? [.. arguments.Select(a => a == "$" ? disk.Device : a)] : [.. arguments, disk.Device]);
        }
    }
}
