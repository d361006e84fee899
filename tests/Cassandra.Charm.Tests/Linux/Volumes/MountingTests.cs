using System.Diagnostics;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux.Programs;

namespace Cassandra.Charm.Tests.Linux.Volumes;

public sealed class MountingTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [RootFact]
    public async Task The_mount_point_is_roots_and_immutable_beneath_the_mount()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var (plan, place) = await PrepareAsync(sandbox, disk);

        await sandbox.Volumes.UnmountAsync(place, Cancel);

        Assert.Throws<UnauthorizedAccessException>(() => File.WriteAllText($"{place.MountPoint}/data", "x"));
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(place.MountPoint));
        await sandbox.Volumes.MountAsync(place, "noatime", Cancel);
        File.WriteAllText($"{place.MountPoint}/data", "x");
    }

    [RootFact]
    public async Task A_mount_point_with_something_in_it_is_refused()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var (plan, place) = await PrepareAsync(sandbox, disk);
        await sandbox.Volumes.UnmountAsync(place, Cancel);
        Shell.Run("chattr", "-i", place.MountPoint);
        File.WriteAllText($"{place.MountPoint}/stray", "x");
        try
        {
            var failure = await Assert.ThrowsAsync<EffectFailedException>(() => sandbox.Volumes.MountAsync(place, "noatime", Cancel));
            Assert.Equal($"{place.MountPoint} is not empty (it holds stray)", failure.Message);
        }
        finally
        {
            File.Delete($"{place.MountPoint}/stray");
        }
    }

    [RootFact]
    public async Task What_systemd_mounted_by_mistake_is_unmounted_and_refused()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        using var wrong = new LoopDisk();
        var (plan, place) = await PrepareAsync(sandbox, disk);
        await sandbox.Volumes.UnmountAsync(place, Cancel);
        Shell.Run("mkfs.xfs", "-q", wrong.Device);

        var failure = await Record.ExceptionAsync(() => new Charm.Linux.Volumes(
            new StartReplaced(sandbox.Programs, wrong.Device, place.MountPoint), sandbox.Paths, TimeProvider.System, Serilog.Core.Logger.None)
            .MountAsync(place, "noatime", Cancel));

        Assert.Equal($"another filesystem is mounted on {place.MountPoint}", Assert.IsType<EffectFailedException>(failure).Message);
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains(place.MountPoint, StringComparison.Ordinal));
    }

    [RootFact]
    public async Task A_volume_that_is_there_twice_is_not_mounted()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var (plan, place) = await PrepareAsync(sandbox, disk);
        await sandbox.Volumes.UnmountAsync(place, Cancel);
        using var clone = new LoopDisk(copyOf: disk.Image);

        var failure = await Assert.ThrowsAsync<EffectFailedException>(() => sandbox.Volumes.MountAsync(place, "noatime", Cancel));

        Assert.Contains("hold the same filesystem", failure.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_busy_volume_stays_mounted_and_its_user_is_named()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var (plan, place) = await PrepareAsync(sandbox, disk);
        using var user = Process.Start(new ProcessStartInfo("sleep", ["1000"]) { WorkingDirectory = place.MountPoint })!;
        try
        {
            var failure = await Assert.ThrowsAsync<EffectFailedException>(
                () => sandbox.Volumes.ReleaseAsync(place, VolumesSandbox.RecordOf(plan) with { State = RecordState.Released }, Cancel));

            Assert.Equal($"{place.MountPoint} cannot be unmounted: sleep ({user.Id}) uses it", failure.Message);
            Assert.Equal(RecordState.Initialising, (await sandbox.Volumes.ReadRecordAsync(place, Cancel))!.State);
        }
        finally
        {
            user.Kill();
            await user.WaitForExitAsync(Cancel);
        }
    }

    [RootTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_released_volume_is_clean_unmounted_and_says_so(string type)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var (plan, place) = await PrepareAsync(sandbox, disk, type);
        var released = VolumesSandbox.RecordOf(plan) with { State = RecordState.Released };

        await sandbox.Volumes.ReleaseAsync(place, released, Cancel);
        await sandbox.Volumes.ReleaseAsync(place, released, Cancel); // done already is success
        await sandbox.Volumes.ForgetMountAsync(place, Cancel);

        var seen = Assert.IsType<VolumeSight.Recorded>(await sandbox.LookAsync(disk));
        Assert.Equal((RecordState.Released, false, true), (seen.Record.State, seen.IsMounted, seen.IsClean));
        Assert.False(Directory.Exists(place.MountPoint));
        Assert.Empty(Directory.GetFiles(sandbox.Paths.Units));
    }

    [RootFact]
    public async Task What_is_mounted_is_not_forgotten()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var (_, place) = await PrepareAsync(sandbox, disk);

        await Assert.ThrowsAsync<EffectFailedException>(() => sandbox.Volumes.ForgetMountAsync(place, Cancel));
        await sandbox.Volumes.ForgetAllMountsAsync(Cancel);
        Assert.Single(Directory.GetFiles(sandbox.Paths.Units));

        await sandbox.Volumes.UnmountAsync(place, Cancel);
        await sandbox.Volumes.ForgetAllMountsAsync(Cancel);
        Assert.Empty(Directory.GetFiles(sandbox.Paths.Units));
        Assert.False(Directory.Exists(place.MountPoint));
    }

    /// <summary>A power cut leaves names in the log only. What proves the volume ours must be readable without replay.</summary>
    [RootTheory]
    [InlineData("xfs", 1)]
    [InlineData("xfs", 400)]
    [InlineData("ext4", 1)]
    [InlineData("ext4", 400)]
    public async Task A_volume_whose_machine_died_is_known_as_ours_with_its_last_record_and_is_replayed_by_mounting(string type, int files)
    {
        using var sandbox = new VolumesSandbox();
        using var running = new LoopDisk();
        var (plan, place) = await PrepareAsync(sandbox, running, type);
        await sandbox.Volumes.WriteRecordAsync(place, Served(plan, heartbeat: 1), Cancel);
        Directory.CreateDirectory($"{place.MountPoint}/cassandra/commitlog");
        for (var file = 0; file < files; file++)
            PutDurably($"{place.MountPoint}/cassandra/commitlog/CommitLog-7-{file}.log");
        await sandbox.Volumes.WriteRecordAsync(place, Served(plan, heartbeat: 2), Cancel);
        using var disk = CutPower(running, place);
        var hash = disk.Hash;

        var seen = Assert.IsType<VolumeSight.Recorded>(await sandbox.LookAsync(disk));

        Assert.Equal((false, false, true, RecordState.Serving, DateTimeOffset.UnixEpoch.AddSeconds(2)),
            (seen.IsClean, seen.IsMounted, seen.HasTree, seen.Record.State, seen.Record.Heartbeat!.Value));
        Assert.Equal(hash, disk.Hash);
        await sandbox.Volumes.MountAsync(seen.Place, "noatime", Cancel);
        var mounted = Assert.IsType<VolumeSight.Recorded>(await sandbox.LookAsync(disk));
        Assert.Equal((true, true, true), (mounted.IsClean, mounted.IsMounted, mounted.HasTree));
        Assert.Equal(files, Directory.GetFiles($"{place.MountPoint}/cassandra/commitlog").Length);
    }

    [RootFact]
    public async Task A_dead_machines_volume_under_another_label_is_not_replayed()
    {
        using var sandbox = new VolumesSandbox();
        using var running = new LoopDisk();
        var (plan, place) = await PrepareAsync(sandbox, running);
        using var disk = CutPower(running, place);
        Shell.Run("sfdisk", "-q", "--no-reread", "--part-label", disk.Image, "1", "other");

        await ForeignContentTests.AssertRefusedAsync(sandbox, disk,
            "a filesystem that was not cleanly unmounted (xfs)", "mount and unmount it once yourself");
    }

    [RootFact]
    public async Task A_record_is_replaced_whole_and_the_mark_beside_it_follows()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var (plan, place) = await PrepareAsync(sandbox, disk);
        var record = Served(plan, heartbeat: 7) with { Node = new NodeIdentity { Tokens = [.. Enumerable.Range(0, 256).Select(i => $"{i}-0123456789abcdef")] } };

        await sandbox.Volumes.WriteRecordAsync(place, record, Cancel);

        Assert.Equal(256, (await sandbox.Volumes.ReadRecordAsync(place, Cancel))!.Node.Tokens.Count);
        Assert.Equal(4096, new FileInfo($"{place.MountPoint}/.cassandra-charm.mark").Length);
    }

    [RootFact]
    public async Task A_record_is_never_written_where_another_filesystem_is_mounted_or_none()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var (plan, place) = await PrepareAsync(sandbox, disk);
        var other = place with { Filesystem = place.Filesystem with { Uuid = Guid.NewGuid() } };

        await Assert.ThrowsAsync<EffectFailedException>(
            () => sandbox.Volumes.WriteRecordAsync(other, VolumesSandbox.RecordOf(plan), Cancel));
        await sandbox.Volumes.UnmountAsync(place, Cancel);
        await Assert.ThrowsAsync<EffectFailedException>(
            () => sandbox.Volumes.WriteRecordAsync(place, VolumesSandbox.RecordOf(plan), Cancel));
    }

    [RootFact]
    public async Task A_copy_is_published_reopened_and_discarded_each_once()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var (_, place) = await PrepareAsync(sandbox, disk);
        Directory.CreateDirectory($"{place.IncomingRoot}/data/deep");
        File.CreateSymbolicLink($"{place.IncomingRoot}/data/link", $"{place.MountPoint}/kept");
        File.WriteAllText($"{place.MountPoint}/kept", "x");

        await sandbox.Volumes.PublishIncomingAsync(place, Cancel);
        await sandbox.Volumes.PublishIncomingAsync(place, Cancel);
        Assert.True(Directory.Exists($"{place.DataRoot}/data/deep"));
        await sandbox.Volumes.ReopenIncomingAsync(place, Cancel);
        await sandbox.Volumes.ReopenIncomingAsync(place, Cancel);
        Assert.True(Directory.Exists($"{place.IncomingRoot}/data/deep"));
        await sandbox.Volumes.DiscardIncomingAsync(place, Cancel);
        await sandbox.Volumes.DiscardIncomingAsync(place, Cancel);

        Assert.False(Directory.Exists(place.IncomingRoot));
        Assert.True(File.Exists($"{place.MountPoint}/kept"));
    }

    [RootFact]
    public async Task A_copy_is_not_published_over_a_tree_or_out_of_nothing()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var (_, place) = await PrepareAsync(sandbox, disk);

        await Assert.ThrowsAnyAsync<Exception>(() => sandbox.Volumes.PublishIncomingAsync(place, Cancel));
        Directory.CreateDirectory(place.IncomingRoot);
        Directory.CreateDirectory(place.DataRoot);
        await Assert.ThrowsAsync<EffectFailedException>(() => sandbox.Volumes.PublishIncomingAsync(place, Cancel));
    }

    [RootFact]
    public async Task Looking_at_a_mounted_volume_starts_no_process()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        await PrepareAsync(sandbox, disk);
        sandbox.Programs.Calls.Clear();

        Assert.True(Assert.IsType<VolumeSight.Recorded>(await sandbox.LookAsync(disk)).IsMounted);

        Assert.Empty(sandbox.Programs.Calls);
    }

    private static async Task<(Undertaking.Preparing, Place.OnVolume)> PrepareAsync(
        VolumesSandbox sandbox, LoopDisk disk, string type = "xfs")
    {
        var plan = sandbox.Plan(disk, type);
        await sandbox.PrepareAsync(plan, Cancel);
        return (plan, VolumesSandbox.PlaceOf(plan));
    }

    private static VolumeRecord Served(Undertaking.Preparing plan, int heartbeat) => VolumesSandbox.RecordOf(plan) with
    {
        State = RecordState.Serving,
        Heartbeat = DateTimeOffset.UnixEpoch.AddSeconds(heartbeat),
    };

    /// <summary>A disk as it is when the machine loses its power now: what was synced is there, in log or place.</summary>
    private static LoopDisk CutPower(LoopDisk running, Place.OnVolume place)
    {
        var image = running.Image + ".cut";
        Shell.Run("cp", "--sparse=always", running.Image, image);
        Shell.Run("umount", place.MountPoint);
        running.Dispose();
        var disk = new LoopDisk(copyOf: image);
        File.Delete(image);
        Shell.Run("partx", "--update", disk.Device);
        return disk;
    }

    private static void PutDurably(string path)
    {
        using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(file, new byte[4096], 0);
            RandomAccess.FlushToDisk(file);
        }

        Charm.Linux.DurableFile.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>A systemctl whose start mounts another device.</summary>
    private sealed class StartReplaced(IPrograms programs, string device, string point) : IPrograms
    {
        public Task<CommandResult> RunAsync(Command command, CancellationToken cancel) =>
            command.Program == "systemctl" && command.Arguments.Contains("start")
                ? programs.RunAsync(new Command("mount", device, point), cancel)
                : programs.RunAsync(command, cancel);
    }
}
