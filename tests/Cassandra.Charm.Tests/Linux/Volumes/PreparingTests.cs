using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Programs;

namespace Cassandra.Charm.Tests.Linux.Volumes;

public sealed class PreparingTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [RootTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_blank_disk_becomes_a_mounted_volume_with_a_record(string type)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk, type);

        await sandbox.PrepareAsync(plan, Cancel);
        var sight = Assert.IsType<VolumeSight.Recorded>(await sandbox.LookAsync(disk));

        Assert.Equal((true, true), (sight.IsMounted, sight.IsClean));
        Assert.Equal((plan.Layout.Filesystem, plan.Volume, RecordState.Initialising), (sight.Filesystem, sight.Record.VolumeId, sight.Record.State));
        Assert.Equal((false, false), (sight.HasTree, sight.HasIncoming));
        Assert.InRange(sight.Space!.TotalBytes, LoopDisk.DefaultSize * 3 / 5, LoopDisk.DefaultSize);
    }

    [RootTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task The_tools_that_others_use_see_what_was_planned(string type)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk, type);

        await sandbox.PrepareAsync(plan, Cancel);

        Assert.Equal(type, Probe(disk.Device + "p1", "TYPE"));
        Assert.Equal(plan.Layout.Filesystem.Uuid.ToString(), Probe(disk.Device + "p1", "UUID"));
        Assert.Equal(plan.Volume, Probe(disk.Device + "p1", "LABEL"));
        Assert.Equal(plan.Layout.Filesystem.PartitionUuid.ToString(), Probe(disk.Device + "p1", "PART_ENTRY_UUID"));
        Assert.Equal(plan.Volume, Probe(disk.Device + "p1", "PART_ENTRY_NAME"));
        Assert.Equal(plan.Layout.DiskGuid.ToString(), Probe(disk.Device, "PTUUID"));
        Assert.Equal("2048", Probe(disk.Device + "p1", "PART_ENTRY_OFFSET"));
        Shell.Run("sfdisk", "--verify", disk.Device);
    }

    [RootFact]
    public async Task Every_step_may_be_repeated_and_changes_nothing_then()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk);
        await sandbox.PrepareAsync(plan, Cancel);
        sandbox.Programs.Calls.Clear();

        await sandbox.Volumes.PartitionAsync(plan, Cancel);
        await sandbox.Volumes.MountAsync(VolumesSandbox.PlaceOf(plan), "noatime", Cancel);
        await sandbox.Volumes.NamePartitionAsync(plan, Cancel);

        Assert.Empty(sandbox.Programs.Calls);
    }

    [RootFact]
    public async Task Between_any_two_steps_the_disk_is_known_as_half_made_and_to_the_plans_owner_only()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk);

        await sandbox.Volumes.PartitionAsync(plan, Cancel);
        Assert.IsType<VolumeSight.HalfMade>(await sandbox.LookAsync(disk, plan));
        Assert.IsType<VolumeSight.Foreign>(await sandbox.LookAsync(disk, sandbox.Plan(disk)));
        await sandbox.Volumes.MakeFilesystemAsync(plan, Cancel);
        Assert.IsType<VolumeSight.HalfMade>(await sandbox.LookAsync(disk, plan));
        await sandbox.Volumes.MountAsync(VolumesSandbox.PlaceOf(plan), "noatime", Cancel);
        Assert.IsType<VolumeSight.EmptyFilesystem>(await sandbox.LookAsync(disk, plan));
        await sandbox.Volumes.WriteRecordAsync(VolumesSandbox.PlaceOf(plan), VolumesSandbox.RecordOf(plan), Cancel);
        Assert.IsType<VolumeSight.Recorded>(await sandbox.LookAsync(disk, plan));
        await sandbox.Volumes.UnmountAsync(VolumesSandbox.PlaceOf(plan), Cancel);
        Assert.IsType<VolumeSight.HalfMade>(await sandbox.LookAsync(disk, plan));
        await sandbox.Volumes.NamePartitionAsync(plan, Cancel);
        Assert.IsType<VolumeSight.Recorded>(await sandbox.LookAsync(disk, plan));
    }

    /// <summary>The last write that sfdisk makes has number 6 or 7 here; what is cut after it has succeeded.</summary>
    [RootFact]
    public async Task A_table_cut_at_any_write_is_half_made_or_blank_and_is_written_again()
    {
        Assert.SkipUnless(Shell.Has("strace"), "needs strace");
        using var sandbox = new VolumesSandbox();
        var cuts = 0;
        for (var number = 1; ; number++)
        {
            using var disk = new LoopDisk();
            var plan = sandbox.Plan(disk);
            sandbox.KillAtWrite("sfdisk", number);
            var failure = await Record.ExceptionAsync(() => sandbox.Volumes.PartitionAsync(plan, Cancel));
            sandbox.KillAtWrite("sfdisk", 0);
            if (failure is null)
                break;
            cuts++;
            Assert.IsType<CommandFailedException>(failure);

            var sight = await sandbox.LookAsync(disk, plan);
            Assert.True(sight is VolumeSight.HalfMade or VolumeSight.Blank, $"after write {number}: {sight}");
            if (sight is VolumeSight.HalfMade)
                Assert.IsType<VolumeSight.Foreign>(await sandbox.LookAsync(disk, sandbox.Plan(disk)));
            await sandbox.Volumes.PartitionAsync(plan, Cancel);
            // Others must see it too: without the protective MBR, which is written last, udev sees no table.
            Assert.Equal("gpt", Shell.Run("blkid", "-p", "-s", "PTTYPE", "-o", "value", disk.Device).Trim());
            Assert.IsType<VolumeSight.HalfMade>(await sandbox.LookAsync(disk, plan));
        }

        Assert.InRange(cuts, 4, 40);
    }

    /// <summary>After a reboot the kernel counts the disks anew: what it was found blank by is no longer so.</summary>
    [RootFact]
    public async Task A_table_cut_before_a_copy_was_whole_is_found_again_after_a_reboot()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk);
        await sandbox.Volumes.PartitionAsync(plan, Cancel);
        disk.Write(512, new byte[512]);
        disk.Write(LoopDisk.DefaultSize - 512, new byte[512]);
        Shell.TryRun("partx", "--delete", disk.Device);
        plan = plan with { Disk = plan.Disk with { Sequence = plan.Disk.Sequence + 1 } };

        Assert.IsType<VolumeSight.HalfMade>(await sandbox.LookAsync(disk, plan));
        await sandbox.Volumes.PartitionAsync(plan, Cancel);
        await sandbox.Volumes.MakeFilesystemAsync(plan, Cancel);
    }

    [RootTheory]
    [InlineData("xfs", 1)]
    [InlineData("xfs", 4)]
    [InlineData("xfs", 20)]
    [InlineData("xfs", 50)]
    [InlineData("ext4", 1)]
    [InlineData("ext4", 10)]
    [InlineData("ext4", 30)]
    public async Task A_filesystem_cut_at_a_write_is_half_made_and_is_made_again(string type, int number)
    {
        Assert.SkipUnless(Shell.Has("strace"), "needs strace");
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk, type);
        await sandbox.Volumes.PartitionAsync(plan, Cancel);
        sandbox.KillAtWrite($"mkfs.{type}", number);
        await Assert.ThrowsAsync<CommandFailedException>(() => sandbox.Volumes.MakeFilesystemAsync(plan, Cancel));
        sandbox.KillAtWrite($"mkfs.{type}", 0);

        Assert.IsType<VolumeSight.HalfMade>(await sandbox.LookAsync(disk, plan));
        await sandbox.Volumes.MakeFilesystemAsync(plan, Cancel);
        await sandbox.Volumes.NamePartitionAsync(plan, Cancel);

        Assert.Equal(plan.Layout.Filesystem, Assert.IsType<VolumeSight.EmptyFilesystem>(await sandbox.LookAsync(disk)).Filesystem);
    }

    [RootFact]
    public async Task A_finished_filesystem_is_not_made_a_second_time()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk);
        await sandbox.Volumes.PartitionAsync(plan, Cancel);
        await sandbox.Volumes.MakeFilesystemAsync(plan, Cancel);
        sandbox.Programs.Calls.Clear();

        await sandbox.Volumes.MakeFilesystemAsync(plan, Cancel);

        Assert.Empty(sandbox.Programs.Calls);
    }

    [RootFact]
    public async Task Nothing_is_written_to_a_disk_that_is_no_longer_blank()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk);
        disk.Write(1 << 20, [1]);
        await AssertUntouchedAsync(sandbox, disk, () => sandbox.Volumes.PartitionAsync(plan, Cancel));
    }

    [RootFact]
    public async Task Nothing_is_written_to_a_disk_that_was_attached_anew_since_it_was_found_blank()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk);
        plan = plan with { Disk = plan.Disk with { Sequence = plan.Disk.Sequence + 1 } };
        await AssertUntouchedAsync(sandbox, disk, () => sandbox.Volumes.PartitionAsync(plan, Cancel));
    }

    [RootFact]
    public async Task Nothing_is_written_to_a_disk_in_use()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk);
        Shell.Run("mkfs.ext4", "-q", disk.Device);
        disk.WhileMounted("ext4", _ => Assert.ThrowsAsync<EffectFailedException>(
            () => sandbox.Volumes.PartitionAsync(plan, Cancel)).GetAwaiter().GetResult());
        Assert.DoesNotContain(sandbox.Programs.Calls, call => call.Program == "sfdisk");
    }

    [RootFact]
    public async Task No_filesystem_is_made_in_a_partition_that_is_not_the_planned_one()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        await sandbox.Volumes.PartitionAsync(sandbox.Plan(disk), Cancel);
        await AssertUntouchedAsync(sandbox, disk, () => sandbox.Volumes.MakeFilesystemAsync(sandbox.Plan(disk), Cancel));
    }

    [RootFact]
    public async Task No_filesystem_is_made_under_the_final_label()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk);
        await sandbox.PrepareAsync(plan, Cancel);
        await sandbox.Volumes.UnmountAsync(VolumesSandbox.PlaceOf(plan), Cancel);
        await AssertUntouchedAsync(sandbox, disk, () => sandbox.Volumes.MakeFilesystemAsync(plan, Cancel));
    }

    [RootFact]
    public async Task A_name_longer_than_a_label_is_carried_by_the_partition_as_its_hash()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk);
        var volume = plan.Volume + "-with-a-name-longer-than-thirty-six-characters";
        plan = plan with { Volume = volume, Layout = plan.Layout with { Label = PartitionLabel.For(volume) } };

        await sandbox.Volumes.PartitionAsync(plan, Cancel);
        await sandbox.Volumes.MakeFilesystemAsync(plan, Cancel);
        await sandbox.Volumes.NamePartitionAsync(plan, Cancel);

        Assert.Equal(PartitionLabel.For(volume), Probe(disk.Device + "p1", "PART_ENTRY_NAME"));
    }

    private static async Task AssertUntouchedAsync(VolumesSandbox sandbox, LoopDisk disk, Func<Task> effect)
    {
        var hash = disk.Hash;
        sandbox.Programs.Calls.Clear();
        await Assert.ThrowsAsync<EffectFailedException>(effect);
        Assert.Equal(hash, disk.Hash);
        Assert.Empty(sandbox.Programs.Calls);
    }

    private static string Probe(string device, string value) =>
        Shell.Run("blkid", "-p", "-s", value, "-o", "value", device).Trim();
}
