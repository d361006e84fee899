using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Programs;
using Serilog.Core;

namespace Cassandra.Charm.Tests.Linux.Volumes;

public sealed class LookTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private static Task<VolumeSight> LookAsync(LoopDisk disk, LookRequest? request = null) =>
        new Charm.Linux.Volumes(new InstalledPrograms(ProgramTable.System, Logger.None), new MachinePaths(), TimeProvider.System, Logger.None)
            .LookAsync(disk.Id, request ?? new LookRequest(), Cancel);

    [RootFact]
    public async Task A_disk_of_zeros_is_blank()
    {
        using var disk = new LoopDisk();

        var sight = await LookAsync(disk);

        Assert.Equal(new VolumeSight.Blank(disk.Name, disk.Disk.Pin), sight);
    }

    [RootTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_clean_filesystem_with_nothing_in_it_is_empty_and_stays_as_it_is(string type)
    {
        using var disk = new LoopDisk();
        Shell.Run($"mkfs.{type}", "-q", disk.Device);
        var hash = disk.Hash;

        var sight = await LookAsync(disk);

        Assert.Equal(type, Assert.IsType<VolumeSight.EmptyFilesystem>(sight).Filesystem.Type);
        Assert.Equal(hash, disk.Hash);
    }
}
