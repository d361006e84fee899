using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Programs;

namespace Cassandra.Charm.Tests.Linux.Volumes;

public sealed class GrowingTests
{
    private const long NewSize = EnlargedVolume.NewSize;

    [RootTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_larger_disk_is_used_while_it_is_mounted_and_written_to(string type)
    {
        SkipWhereTheKernelGrowsNo(type);
        using var volume = await EnlargedVolume.CreateAsync(type);

        await volume.GrowPartitionAsync();
        await volume.GrowFilesystemAsync();

        Assert.Equal(volume.MountedAs, EnlargedVolume.MountOf(volume.Plan.Volume));
        await volume.CheckAsync();
    }

    [RootTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task Either_half_may_be_repeated_and_changes_nothing_then(string type)
    {
        SkipWhereTheKernelGrowsNo(type);
        using var volume = await EnlargedVolume.CreateAsync(type);
        await volume.GrowPartitionAsync();
        await volume.GrowFilesystemAsync();
        volume.Sandbox.Programs.Calls.Clear();

        await volume.GrowPartitionAsync();
        await volume.GrowFilesystemAsync();

        Assert.Empty(volume.Sandbox.Programs.Calls);
    }

    [RootTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task Cut_between_partition_and_filesystem_there_is_still_room_after_a_reboot_too(string type)
    {
        SkipWhereTheKernelGrowsNo(type);
        using var volume = await EnlargedVolume.CreateAsync(type);
        await volume.GrowPartitionAsync();
        Assert.NotNull((await volume.RecordedAsync()).Room);
        volume.Reboot();
        await volume.MountAsync();
        Assert.NotNull((await volume.RecordedAsync()).Room);

        await volume.GrowPartitionAsync();
        await volume.GrowFilesystemAsync();

        await volume.CheckAsync();
    }

    [RootFact]
    public async Task A_filesystem_that_somebody_grew_meanwhile_is_seen_to_fill_its_partition()
    {
        using var volume = await EnlargedVolume.CreateAsync("ext4");
        await volume.GrowPartitionAsync();
        volume.Reboot();
        Shell.TryRun("e2fsck", "-fy", volume.Disk.Device + "p1");
        Shell.Run("resize2fs", volume.Disk.Device + "p1");
        await volume.MountAsync();
        volume.Sandbox.Programs.Calls.Clear();

        await volume.GrowFilesystemAsync();

        Assert.Empty(volume.Sandbox.Programs.Calls);
        await volume.CheckAsync();
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_table_cut_at_any_write_is_recognised_by_its_plan_and_written_again(bool reboot)
    {
        Assert.SkipUnless(Shell.Has("strace"), "needs strace");
        var (cuts, torn) = (0, 0);
        for (var number = 1; ; number++)
        {
            using var volume = await EnlargedVolume.CreateAsync("xfs");
            volume.Sandbox.KillAtWrite("sfdisk", number);
            var failure = await Record.ExceptionAsync(volume.GrowPartitionAsync);
            volume.Sandbox.KillAtWrite("sfdisk", 0);
            if (failure is null)
                break;
            cuts++;
            Assert.IsType<CommandFailedException>(failure);
            if (reboot)
                volume.Reboot();

            var sight = await volume.LookAsync();
            torn += sight is VolumeSight.HalfGrown or VolumeSight.Recorded { IsTableCut: true } ? 1 : 0;
            await volume.GrowPartitionAsync();
            if (reboot)
                await volume.MountAsync();
            await volume.GrowFilesystemAsync();
            await volume.CheckAsync();
        }

        Assert.InRange(cuts, 4, 40);
        Assert.InRange(torn, 1, cuts - 1);
    }

    /// <summary>A power cut keeps the order of no writes: each of the two places may be as before, half written, or as after.</summary>
    [RootTheory]
    [InlineData("old", "none", false)]
    [InlineData("old", "half", false)]
    [InlineData("old", "new", false)]
    [InlineData("half", "none", true)]
    [InlineData("half", "half", true)]
    [InlineData("half", "new", true)]
    [InlineData("new", "none", false)]
    [InlineData("new", "half", false)]
    public async Task Whatever_a_power_cut_left_of_the_table_leads_to_the_whole_disk(string front, string end, bool isTorn)
    {
        using var volume = await EnlargedVolume.CreateAsync("xfs");
        var (oldFront, none) = (volume.Front(), volume.End(NewSize));
        await volume.GrowPartitionAsync();
        var (newFront, newEnd) = (volume.Front(), volume.End(NewSize));
        volume.WriteFront(front switch { "old" => oldFront, "new" => newFront, _ => Half(oldFront, newFront) });
        volume.WriteEnd(NewSize, end switch { "none" => none, "new" => newEnd, _ => Half(newEnd, none) });
        volume.Reboot();

        Assert.Equal(isTorn, await volume.LookAsync() is VolumeSight.HalfGrown);
        Assert.Equal(isTorn, await volume.Sandbox.LookAsync(volume.Disk) is VolumeSight.Foreign); // to any other it is
        await volume.GrowPartitionAsync();
        await volume.MountAsync();
        await volume.GrowFilesystemAsync();

        await volume.CheckAsync();
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Enlarged_again_while_the_table_was_cut_it_is_used_to_its_last_end(bool reboot)
    {
        using var volume = await EnlargedVolume.CreateAsync("xfs");
        var old = volume.Front();
        await volume.GrowPartitionAsync();
        volume.WriteFront(Half(old, volume.Front()));
        if (reboot)
        {
            volume.Disk.Resize(NewSize * 2);
            volume.Reboot();
            Assert.IsType<VolumeSight.HalfGrown>(await volume.LookAsync());
        }

        await volume.GrowPartitionAsync();
        if (reboot)
            await volume.MountAsync();
        await volume.GrowFilesystemAsync();

        await volume.CheckAsync(reboot ? NewSize * 2 : NewSize);
    }

    [RootFact]
    public async Task An_enlarged_volume_is_known_where_it_is_not_mounted_and_is_mounted_as_ever()
    {
        using var volume = await EnlargedVolume.CreateAsync("xfs");
        volume.Reboot();

        var sight = Assert.IsType<VolumeSight.Recorded>(await volume.Sandbox.LookAsync(volume.Disk));
        Assert.Equal((volume.Plan.Layout.Filesystem, false, null), (sight.Filesystem, sight.IsMounted, sight.Room));
        Assert.IsType<VolumeSight.Recorded>(await volume.Sandbox.LookAsync(volume.Disk, volume.Plan)); // nor is it half-made
        await volume.MountAsync();
        Assert.True((await volume.RecordedAsync()).IsMounted);
    }

    [RootFact]
    public async Task Less_than_the_slack_is_left_alone()
    {
        using var volume = await EnlargedVolume.CreateAsync("xfs");
        await volume.GrowPartitionAsync();
        await volume.GrowFilesystemAsync();

        volume.Disk.Resize(NewSize + Growth.Slack - LoopDisk.Mebibyte);
        Assert.Null((await volume.RecordedAsync()).Room);
        volume.Disk.Resize(NewSize + Growth.Slack);
        Assert.NotNull((await volume.RecordedAsync()).Room);
    }

    [RootFact]
    public async Task A_disk_that_has_shrunk_is_said_to_and_never_written_to()
    {
        using var volume = await EnlargedVolume.CreateAsync("xfs");
        await volume.GrowPartitionAsync();
        await volume.GrowFilesystemAsync();
        volume.StopWriting();
        volume.Disk.Resize(NewSize / 2);

        var sight = await volume.RecordedAsync();
        Assert.Equal((true, null), (sight.IsCutShort, sight.Room));
        volume.Sandbox.Programs.Calls.Clear();
        await Assert.ThrowsAsync<EffectFailedException>(volume.GrowPartitionAsync);
        Assert.Empty(volume.Sandbox.Programs.Calls);
    }

    [RootTheory]
    [InlineData("another name", "sfdisk", "--no-reread", "--part-label", "DISK", "1", "somebodys")]
    [InlineData("another type", "sfdisk", "--no-reread", "--part-type", "DISK", "1", "E6D6D379-F507-44C2-A23C-238F2A3DF928")]
    [InlineData("an attribute", "sfdisk", "--no-reread", "--part-attrs", "DISK", "1", "LegacyBIOSBootable")]
    [InlineData("a second copy that was moved to the new end", "sfdisk", "--no-reread", "--relocate", "gpt-bak-std", "DISK")]
    public async Task A_table_that_is_not_as_the_charm_writes_it_is_left_alone(string what, params string[] command)
    {
        Assert.NotEmpty(what);
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        await sandbox.PrepareAsync(sandbox.Plan(disk), CancellationToken.None);
        // Before it is enlarged, where that can be: whatever sfdisk writes later, it moves the second copy as well.
        if (command.Contains("--relocate"))
            disk.Resize(NewSize);
        Shell.Run(command[0], [.. command[1..].Select(argument => argument == "DISK" ? disk.Device : argument)]);
        disk.Resize(NewSize);

        Assert.Null(Assert.IsType<VolumeSight.Recorded>(await sandbox.LookAsync(disk)).Room);
        Shell.Run("umount", disk.Device + "p1");
    }

    [RootFact]
    public async Task A_second_partition_is_left_alone_with_the_first()
    {
        using var volume = await EnlargedVolume.CreateAsync("xfs");
        Shell.RunWithInput(",,L\n", "sfdisk", "--no-reread", "--append", volume.Disk.Device);

        Assert.Null((await volume.RecordedAsync()).Room);
    }

    [RootFact]
    public async Task A_table_of_which_no_old_copy_would_outlive_a_cut_is_left_alone()
    {
        using var volume = await EnlargedVolume.CreateAsync("xfs");
        volume.WriteEnd(LoopDisk.DefaultSize, new byte[33 * 512]);

        Assert.Null((await volume.RecordedAsync()).Room);
    }

    [RootFact]
    public async Task Nothing_is_written_to_a_disk_with_another_table_or_another_size_than_planned()
    {
        using var volume = await EnlargedVolume.CreateAsync("xfs");
        volume.StopWriting();
        volume.Sandbox.Programs.Calls.Clear();
        Growth[] wrong =
        [
            volume.Room with { Layout = volume.Room.Layout with { DiskGuid = Guid.NewGuid() } },
            volume.Room with { Layout = volume.Room.Layout with { Label = "vol-other" } },
            volume.Room with { Layout = volume.Room.Layout with { Filesystem = volume.Room.Layout.Filesystem with { PartitionUuid = Guid.NewGuid() } } },
            volume.Room with { Disk = volume.Room.Disk with { Serial = "another" } },
            volume.Room with { Disk = volume.Room.Disk with { SizeBytes = NewSize * 2 } },
        ];

        foreach (var plan in wrong)
            await Assert.ThrowsAsync<EffectFailedException>(() => volume.Sandbox.Volumes.GrowPartitionAsync(plan, CancellationToken.None));

        Assert.Empty(volume.Sandbox.Programs.Calls);
    }

    [RootFact]
    public async Task Beside_a_clone_neither_is_written_to()
    {
        using var volume = await EnlargedVolume.CreateAsync("ext4");
        volume.StopWriting();
        Shell.Run("sync", volume.Disk.Device);
        using var clone = new LoopDisk(copyOf: volume.Disk.Image);
        volume.Sandbox.Programs.Calls.Clear();

        await Assert.ThrowsAsync<EffectFailedException>(volume.GrowPartitionAsync);
        Assert.Empty(volume.Sandbox.Programs.Calls);
    }

    /// <summary>Resizing ext4 asks for a capability that root in a container may lack; in a machine, and so in the stories, it has it.</summary>
    private static void SkipWhereTheKernelGrowsNo(string type)
    {
        const int ResourceCapability = 24;
        var effective = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("CapEff:", StringComparison.Ordinal)).Split('\t')[1];
        Assert.SkipUnless(type != "ext4" || (Convert.ToUInt64(effective, 16) >> ResourceCapability & 1) == 1, "needs CAP_SYS_RESOURCE");
    }

    private static byte[] Half(byte[] first, byte[] second)
    {
        // The entries and the header, which has their checksum, are of different tables.
        const int MasterBootRecordAndHeader = 1024;
        var at = first.Length % MasterBootRecordAndHeader == 0 ? MasterBootRecordAndHeader : first.Length - 512;
        return [.. first[..at], .. second[at..]];
    }
}
