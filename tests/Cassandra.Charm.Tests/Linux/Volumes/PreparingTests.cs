using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;

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

        Assert.True(sight.IsMounted);
        Assert.Equal((plan.Layout.Filesystem, plan.Volume, RecordState.Initialising), (sight.Filesystem, sight.Record.VolumeId, sight.Record.State));
        Assert.Equal((false, false), (sight.HasTree, sight.HasIncoming));
        Assert.InRange(sight.Space!.TotalBytes, 300 * LoopDisk.Mebibyte, 512 * LoopDisk.Mebibyte);
    }
}
