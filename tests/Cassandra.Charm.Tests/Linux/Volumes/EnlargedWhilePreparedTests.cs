using Cassandra.Charm.Core.Observing;

namespace Cassandra.Charm.Tests.Linux.Volumes;

public sealed class EnlargedWhilePreparedTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [RootTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_disk_enlarged_between_any_two_steps_is_prepared_to_its_new_end(int after)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        var plan = sandbox.Plan(disk);
        var place = VolumesSandbox.PlaceOf(plan);
        Func<Task>[] steps =
        [
            () => sandbox.Volumes.PartitionAsync(plan, Cancel),
            () => sandbox.Volumes.MakeFilesystemAsync(plan, Cancel),
            () => sandbox.Volumes.MountAsync(place, "noatime", Cancel),
            () => sandbox.Volumes.WriteRecordAsync(place, VolumesSandbox.RecordOf(plan), Cancel),
            () => sandbox.Volumes.NamePartitionAsync(plan, Cancel),
        ];
        foreach (var step in steps[..after])
            await step();
        disk.Resize(LoopDisk.DefaultSize * 2);

        var sight = await sandbox.LookAsync(disk, plan);
        Assert.Equal(after <= 2, sight is VolumeSight.HalfMade);
        foreach (var step in sight is VolumeSight.HalfMade ? steps : steps[2..])
            await step();

        var made = Assert.IsType<VolumeSight.Recorded>(await sandbox.LookAsync(disk, plan));
        if (made.Room is { } room)
        {
            await sandbox.Volumes.GrowPartitionAsync(room, Cancel);
            await sandbox.Volumes.GrowFilesystemAsync(place, room, Cancel);
            made = Assert.IsType<VolumeSight.Recorded>(await sandbox.LookAsync(disk, plan));
        }

        Assert.Equal((true, null), (made.IsMounted, made.Room));
        Assert.InRange(made.Space!.TotalBytes, LoopDisk.DefaultSize * 3 / 2, LoopDisk.DefaultSize * 2);
    }
}
