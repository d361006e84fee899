using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>What is there is told as it is, and looking changes nothing.</summary>
public sealed class LookTests
{
    private const long Mebibyte = LoopDisk.Mebibyte;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [RootFact]
    public async Task A_disk_of_zeros_is_blank()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();

        Assert.Equal(new VolumeSight.Blank(disk.Name, disk.Disk.Pin), await LookUnchangedAsync(sandbox, disk));
    }

    [RootTheory]
    [InlineData("xfs", false)]
    [InlineData("ext4", false)]
    [InlineData("xfs", true)]
    [InlineData("ext4", true)]
    public async Task A_clean_filesystem_with_nothing_in_it_is_empty(string type, bool isPartition)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = Filled(type, isPartition, _ => { });

        var empty = Assert.IsType<VolumeSight.EmptyFilesystem>(await LookUnchangedAsync(sandbox, disk));

        Assert.Equal((type, isPartition), (empty.Filesystem.Type, empty.Filesystem.PartitionUuid is not null));
        Assert.Equal(Shell.Run("blkid", "-p", "-s", "UUID", "-o", "value", disk.Device + (isPartition ? "p1" : "")).Trim(),
            empty.Filesystem.Uuid.ToString());
    }

    [RootTheory]
    [InlineData("cassandra/data/system/local-7ad54392bcdd35a684174e047860b377/nb-1-big-Data.db", "cassandra")]
    [InlineData("data/system/local-7ad54392bcdd35a684174e047860b377/nb-1-big-Data.db", "")]
    [InlineData("cassandra/commitlog/CommitLog-7-1700000000000.log", "cassandra")]
    public async Task Cassandra_data_without_a_record_is_recognised_where_it_is(string file, string subdirectory)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = Filled("xfs", isPartition: true, root => Put(root, file));

        Assert.Equal(subdirectory, Assert.IsType<VolumeSight.Unrecorded>(await LookUnchangedAsync(sandbox, disk)).Subdirectory);
    }

    [RootFact]
    public async Task A_loop_device_that_udev_still_looks_at_is_waited_for()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = Filled("ext4", isPartition: true, _ => { });
        var free = Shell.Run("losetup", "--find").Trim();
        using var udev = Process.Start("flock", ["--exclusive", free, "sleep", "1"]);
        while (IsFree(free))
            await Task.Yield();

        Assert.IsType<VolumeSight.EmptyFilesystem>(await LookUnchangedAsync(sandbox, disk));
        await udev.WaitForExitAsync(Cancel);

        static bool IsFree(string loop)
        {
            using var probe = Descriptor.Open(loop, Fcntl.O_RDONLY);
            return probe.TryLock();
        }
    }

    [RootFact]
    public async Task Data_in_the_only_Linux_partition_of_a_DOS_table_is_recognised()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Shell.RunWithInput("label: dos\n,,83\n", "sfdisk", "-q", disk.Image);
        Shell.Run("partx", "--update", disk.Device);
        Shell.Run("mkfs.ext4", "-q", disk.Device + "p1");
        disk.WhileMounted("ext4", root => Put(root, "cassandra/commitlog/CommitLog-7-1.log"), "p1");

        var found = Assert.IsType<VolumeSight.Unrecorded>(await LookUnchangedAsync(sandbox, disk));

        Assert.Null(found.Filesystem.PartitionUuid);
    }

    [RootFact]
    public async Task Two_trees_are_one_too_many()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = Filled("xfs", isPartition: false, root =>
        {
            Put(root, "commitlog/CommitLog-7-1.log");
            Put(root, "cassandra/commitlog/CommitLog-7-1.log");
        });

        var foreign = Assert.IsType<VolumeSight.Foreign>(await LookUnchangedAsync(sandbox, disk));

        Assert.Equal("two trees of Cassandra data (at its root and in cassandra/)", foreign.What);
    }

    [RootFact]
    public async Task An_unfinished_copy_without_a_record_is_nobodys()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = Filled("xfs", isPartition: false, root => Put(root, "cassandra.incoming/commitlog/CommitLog-7-1.log"));

        Assert.IsType<VolumeSight.Foreign>(await LookUnchangedAsync(sandbox, disk));
    }

    [RootFact]
    public async Task Links_are_not_followed_to_another_place()
    {
        using var elsewhere = new TemporaryDirectory();
        Put(elsewhere.Path, "commitlog/CommitLog-7-1.log");
        using var sandbox = new VolumesSandbox();
        using var disk = Filled("xfs", isPartition: false, root => Directory.CreateSymbolicLink($"{root}/cassandra", elsewhere.Path));

        var foreign = Assert.IsType<VolumeSight.Foreign>(await LookUnchangedAsync(sandbox, disk));

        Assert.Equal("an xfs filesystem with one entry (cassandra)", foreign.What);
    }

    [RootTheory]
    [InlineData("xfs", true)]
    [InlineData("ext4", false)]
    public async Task A_record_is_read_with_what_stands_beside_it(string type, bool hasTree)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = Filled(type, isPartition: true, root =>
        {
            Put(root, VolumeRecord.FileName, Json(Record));
            if (hasTree)
                Put(root, "cassandra/commitlog/CommitLog-7-1.log");
            else
                Put(root, "cassandra.incoming/data/x");
        });

        var seen = Assert.IsType<VolumeSight.Recorded>(await LookUnchangedAsync(sandbox, disk));

        Assert.Equal((Record.Lineage, hasTree, !hasTree, false, true),
            (seen.Record.Lineage, seen.HasTree, seen.HasIncoming, seen.IsMounted, seen.IsClean));
    }

    [RootTheory]
    [InlineData("{\"format\": 2, \"anything\": 1}", "a record of a newer charm (format 2)")]
    [InlineData("{\"format\": 1}", "a damaged record (.cassandra-charm.json)")]
    [InlineData("", "a damaged record (.cassandra-charm.json)")]
    [InlineData("[]", "a damaged record (.cassandra-charm.json)")]
    public async Task A_record_that_cannot_be_used_is_refused(string text, string what)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = Filled("xfs", isPartition: false, root => Put(root, VolumeRecord.FileName, text));

        Assert.Equal(what, Assert.IsType<VolumeSight.Foreign>(await LookUnchangedAsync(sandbox, disk)).What);
    }

    [RootTheory]
    [InlineData("../../etc", "cassandra")]
    [InlineData("vol-1", "../data")]
    [InlineData("vol-1", "a/b")]
    public async Task A_record_that_leads_elsewhere_is_refused(string volume, string subdirectory)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = Filled("xfs", isPartition: false, root =>
            Put(root, VolumeRecord.FileName, Json(Record with { VolumeId = volume, Subdirectory = subdirectory })));

        Assert.IsType<VolumeSight.Foreign>(await LookUnchangedAsync(sandbox, disk));
    }

    [RootFact]
    public async Task A_read_only_disk_is_unusable()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        disk.MakeReadOnly();

        Assert.Equal($"{disk.Name} is read-only", Assert.IsType<VolumeSight.Unusable>(await LookUnchangedAsync(sandbox, disk)).Why);
    }

    [RootFact]
    public async Task A_disk_too_small_for_a_filesystem_is_unusable()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk(100 * Mebibyte);

        Assert.Equal($"{disk.Name} has 100 MiB", Assert.IsType<VolumeSight.Unusable>(await LookUnchangedAsync(sandbox, disk)).Why);
    }

    [RootTheory]
    [InlineData(0)]
    [InlineData(200 * Mebibyte)]
    public async Task A_disk_that_cannot_be_read_is_never_blank(long readable)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        using (var image = File.OpenWrite(disk.Image))
            image.SetLength(readable);

        var unusable = Assert.IsType<VolumeSight.Unusable>(await LookUnchangedAsync(sandbox, disk));

        Assert.StartsWith($"{disk.Name} cannot be read", unusable.Why, StringComparison.Ordinal);
    }

    /// <summary>A file of btrfs whose checksum no longer holds: the filesystem answers EIO for that block, wherever it is.</summary>
    [RootTheory]
    [InlineData(0)]
    [InlineData(200 * Mebibyte)]
    [InlineData(LoopDisk.DefaultSize - 4096)]
    public async Task One_block_that_cannot_be_read_makes_a_disk_of_zeros_unusable(long at)
    {
        Assert.SkipUnless(Shell.Has("mkfs.btrfs") && Shell.TryRun("grep", "-qw", "btrfs", "/proc/filesystems") == 0,
            "needs btrfs (the kernel's, and mkfs.btrfs of scripts/apt-packages)");
        using var sandbox = new VolumesSandbox();
        using var underneath = new LoopDisk(512 * Mebibyte);
        Shell.Run("mkfs.btrfs", "-q", "--nodiscard", "-d", "single", "-m", "single", underneath.Device);
        var marker = Guid.NewGuid().ToByteArray();
        underneath.WhileMounted("btrfs", root => WriteBlock($"{root}/disk", at, marker));
        using (var image = File.OpenHandle(underneath.Image, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            RandomAccess.Write(image, new byte[marker.Length], DiskImage.Find(image, marker));
        Shell.Run("blockdev", "--flushbufs", underneath.Device);
        VolumeSight? seen = null;
        var name = "";

        underneath.WhileMounted("btrfs", root =>
        {
            using var disk = new LoopDisk(LoopDisk.DefaultSize, over: $"{root}/disk");
            (name, seen) = (disk.Name, LookUnchangedAsync(sandbox, disk).GetAwaiter().GetResult());
        });

        Assert.StartsWith($"{name} cannot be read", Assert.IsType<VolumeSight.Unusable>(seen).Why, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_disk_under_a_loop_device_is_busy_though_the_kernel_lets_anybody_write_beside_it()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var above = Shell.Run("losetup", "--find", "--show", disk.Device).Trim();
        try
        {
            Assert.Equal($"{disk.Name} is what {Path.GetFileName(above)} is a loop device over",
                Assert.IsType<VolumeSight.Unusable>(await LookUnchangedAsync(sandbox, disk)).Why);
        }
        finally
        {
            Shell.Run("losetup", "--detach", above);
        }
    }

    [RootFact]
    public async Task A_disk_that_another_process_holds_exclusively_is_busy()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        using var holder = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "perl", ["-MFcntl", "-e", "sysopen(D, shift, O_RDONLY | O_EXCL) or die; $| = 1; print qq(held\n); <STDIN>", disk.Device])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Cancel));

        Assert.Equal($"{disk.Name} is in use", Assert.IsType<VolumeSight.Unusable>(await LookUnchangedAsync(sandbox, disk)).Why);
        holder.StandardInput.Close();
        await holder.WaitForExitAsync(Cancel);
        Assert.IsType<VolumeSight.Blank>(await LookUnchangedAsync(sandbox, disk));
    }

    private static void WriteBlock(string path, long at, byte[] marker)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.SetLength(file, LoopDisk.DefaultSize);
        RandomAccess.Write(file, (byte[])[.. marker, .. new byte[4096 - marker.Length]], at);
        RandomAccess.FlushToDisk(file);
    }

    [RootFact]
    public async Task A_disk_mounted_elsewhere_is_busy_and_the_place_is_named()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = Filled("ext4", isPartition: false, _ => { });
        VolumeSight? seen = null;
        var point = "";

        disk.WhileMounted("ext4", root => (point, seen) = (root, LookUnchangedAsync(sandbox, disk).GetAwaiter().GetResult()));

        Assert.Equal($"{disk.Name} is mounted at {point}", Assert.IsType<VolumeSight.Unusable>(seen).Why);
    }

    [RootFact]
    public async Task A_partition_mounted_in_another_mount_namespace_makes_its_disk_busy()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = Filled("ext4", isPartition: true, _ => { });
        using var elsewhere = MountNamespace.WithMount(disk.Device + "p1");

        var unusable = Assert.IsType<VolumeSight.Unusable>(await LookUnchangedAsync(sandbox, disk));

        Assert.Equal($"{disk.Name}p1 is mounted at {elsewhere.Point}", unusable.Why);
    }

    [RootFact]
    public async Task A_disk_in_use_as_swap_is_busy()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        Shell.Run("mkswap", disk.Device);
        Assert.SkipWhen(Shell.TryRun("swapon", disk.Device) != 0, "this machine allows no swap on a loop device");
        try
        {
            Assert.Equal($"{disk.Name} is used as swap space", Assert.IsType<VolumeSight.Unusable>(await LookUnchangedAsync(sandbox, disk)).Why);
        }
        finally
        {
            Shell.Run("swapoff", disk.Device);
        }
    }

    [RootFact]
    public async Task A_clone_beside_its_original_is_refused_whichever_is_named()
    {
        using var sandbox = new VolumesSandbox();
        using var original = Filled("xfs", isPartition: true, _ => { });
        using var clone = new LoopDisk(copyOf: original.Image);

        foreach (var disk in new[] { original, clone })
            Assert.Contains("hold the same filesystem", Assert.IsType<VolumeSight.Several>(await LookUnchangedAsync(sandbox, disk)).What,
                StringComparison.Ordinal);
    }

    private static VolumeRecord Record { get; } = new()
    {
        VolumeId = "vol-1",
        DiskSerial = "",
        State = RecordState.Released,
        Lineage = Guid.NewGuid(),
        Generation = 3,
        Owner = new UnitIdentity("model", "cassandra/0", "0"),
        Since = DateTimeOffset.UnixEpoch,
    };

    private static string Json(VolumeRecord record) => JsonSerializer.Serialize(record, StateJson.Default.VolumeRecord);

    private static async Task<VolumeSight> LookUnchangedAsync(VolumesSandbox sandbox, LoopDisk disk)
    {
        var hash = disk.Hash;
        var sight = await sandbox.LookAsync(disk);
        Assert.Equal(hash, disk.Hash);
        return sight;
    }

    private static LoopDisk Filled(string type, bool isPartition, Action<string> fill)
    {
        var disk = new LoopDisk();
        try
        {
            if (isPartition)
            {
                Shell.RunWithInput("label: gpt\n,\n", "sfdisk", "-q", disk.Image);
                Shell.Run("partx", "--update", disk.Device);
            }

            var suffix = isPartition ? "p1" : "";
            // Nothing is to be written later by the kernel itself.
            string[] atOnce = type == "ext4" ? ["-E", "lazy_itable_init=0,lazy_journal_init=0"] : [];
            Shell.Run($"mkfs.{type}", ["-q", .. atOnce, disk.Device + suffix]);
            disk.WhileMounted(type, fill, suffix);
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    private static void Put(string root, string file, string text = "x")
    {
        var path = $"{root}/{file}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(false));
    }
}
