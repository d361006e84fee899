using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>A volume as the charm prepares it, mounted and written to, whose disk was then made larger.</summary>
internal sealed class EnlargedVolume : IDisposable
{
    public const long NewSize = 1024 * LoopDisk.Mebibyte;

    private const int TableSectors = 34, Sector = 512;

    private readonly CancellationTokenSource _enough = new();
    private readonly Task _writing;

    private EnlargedVolume(VolumesSandbox sandbox, LoopDisk disk, Undertaking.Preparing plan, Growth room, string mount)
    {
        (Sandbox, Disk, Plan, Room, MountedAs) = (sandbox, disk, plan, room, mount);
        _writing = Task.Run(() => WriteOn($"{Place.MountPoint}/written", _enough.Token));
    }

    public VolumesSandbox Sandbox { get; }

    public LoopDisk Disk { get; }

    public Undertaking.Preparing Plan { get; }

    /// <summary>What the look found.</summary>
    public Growth Room { get; }

    /// <summary>The mount as the kernel tells it: another after the filesystem was unmounted.</summary>
    public string MountedAs { get; }

    public Place.OnVolume Place => VolumesSandbox.PlaceOf(Plan);

    public static async Task<EnlargedVolume> CreateAsync(string type, long size = NewSize)
    {
        var sandbox = new VolumesSandbox();
        var disk = new LoopDisk();
        var plan = sandbox.Plan(disk, type);
        await sandbox.PrepareAsync(plan, CancellationToken.None);
        Assert.Null(Recorded(await sandbox.LookAsync(disk)).Room);
        disk.Resize(size);
        var room = Recorded(await sandbox.LookAsync(disk)).Room;
        Assert.NotNull(room);
        return new EnlargedVolume(sandbox, disk, plan, room, MountOf(plan.Volume));
    }

    public Task<VolumeSight> LookAsync() => Sandbox.Volumes.LookAsync(
        Disk.Id, new LookRequest { Growing = Room }, CancellationToken.None);

    public async Task<VolumeSight.Recorded> RecordedAsync() => Recorded(await LookAsync());

    public Task GrowPartitionAsync() => Sandbox.Volumes.GrowPartitionAsync(Room, CancellationToken.None);

    public Task GrowFilesystemAsync() => Sandbox.Volumes.GrowFilesystemAsync(Place, Room, CancellationToken.None);

    public Task MountAsync() => Sandbox.Volumes.MountAsync(Place, "noatime", CancellationToken.None);

    public void StopWriting()
    {
        _enough.Cancel();
        _writing.GetAwaiter().GetResult();
    }

    /// <summary>Nothing of what the kernel knew of the table is left; it reads the disk anew, as at a boot.</summary>
    public void Reboot()
    {
        StopWriting();
        Shell.Run("umount", Place.MountPoint);
        Shell.TryRun("partx", "--delete", Disk.Device);
        Shell.TryRun("blockdev", "--flushbufs", Disk.Device);
        if (IsPrimaryWhole())
            Shell.Run("partx", "--add", Disk.Device);
    }

    /// <summary>The table's sectors in front, or at the end of a disk of that size.</summary>
    public byte[] Front() => Disk.Read(0, TableSectors * Sector);

    public byte[] End(long size) => Disk.Read(size - ((TableSectors - 1) * Sector), (TableSectors - 1) * Sector);

    public void WriteFront(byte[] bytes) => Disk.Write(0, bytes);

    public void WriteEnd(long size, byte[] bytes) => Disk.Write(size - ((TableSectors - 1) * Sector), bytes);

    /// <summary>All of it is used, by everybody's account, and all that was written is there.</summary>
    public async Task CheckAsync(long size = NewSize)
    {
        StopWriting();
        var sight = await RecordedAsync();
        Assert.Equal((true, false, false, null), (sight.IsMounted, sight.IsTableCut, sight.IsCutShort, sight.Room));
        Assert.Equal(Plan.Layout.Filesystem, sight.Filesystem);
        Assert.InRange(sight.Space!.TotalBytes, size * 8 / 10, size);
        Shell.Run("sfdisk", "--verify", Disk.Device);
        Assert.Equal(Plan.Layout.DiskGuid.ToString(), Shell.Run("blkid", "-p", "-s", "PTUUID", "-o", "value", Disk.Device).Trim());
        Assert.Equal(Plan.Volume, Shell.Run("blkid", "-p", "-s", "PART_ENTRY_NAME", "-o", "value", Disk.Device + "p1").Trim());
        Assert.DoesNotContain(await File.ReadAllLinesAsync($"{Place.MountPoint}/written"), line => line != "line");
        Shell.Run("fallocate", "--length", $"{size * 7 / 10}", $"{Place.MountPoint}/filled");
        Shell.Run("umount", Place.MountPoint);
        Shell.Run(Plan.Layout.Filesystem.Type == "xfs" ? "xfs_repair" : "e2fsck", Plan.Layout.Filesystem.Type == "xfs" ? "-n" : "-fn", Disk.Device + "p1");
    }

    public void Dispose()
    {
        StopWriting();
        _enough.Dispose();
        Shell.TryRun("umount", Place.MountPoint);
        Disk.Dispose();
        Sandbox.Dispose();
    }

    public static string MountOf(string volume) =>
        File.ReadLines("/proc/self/mountinfo").Single(line => line.Contains($" /srv/cassandra/{volume} ", StringComparison.Ordinal)).Split(' ')[0];

    private static void WriteOn(string path, CancellationToken enough)
    {
        using var file = File.OpenHandle(path, FileMode.Append, FileAccess.Write);
        for (var at = 0; !enough.IsCancellationRequested; at += Line.Length)
        {
            RandomAccess.Write(file, Line, at);
            RandomAccess.FlushToDisk(file);
        }
    }

    private static ReadOnlySpan<byte> Line => "line\n"u8;

    private static VolumeSight.Recorded Recorded(VolumeSight sight) => Assert.IsType<VolumeSight.Recorded>(sight);

    private bool IsPrimaryWhole()
    {
        using var device = OpenDevice.ForReading(Disk.Device);
        return Gpt.Primary(device) is not null;
    }
}
