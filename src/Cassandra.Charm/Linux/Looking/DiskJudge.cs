using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>Judges what is on a disk that is known to be the volume. Order and rules: storage-practice B5.</summary>
internal sealed class DiskJudge(MachinePaths paths, DiskUse use, MountedLook mounted, BlankJudge blank)
{
    /// <summary>mkfs.xfs refuses less than 300 MiB; the table takes two more.</summary>
    private const long MinimumSize = 320L << 20;

    /// <summary>What the disk holds.</summary>
    internal async Task<VolumeSight> JudgeAsync(Disk disk, LookRequest request, CancellationToken cancel)
    {
        try
        {
            if (mounted.MountOf(disk) is { } mount)
                return mounted.Look(disk, mount);
            if (disk.IsReadOnly)
                return new VolumeSight.Unusable(disk.Name, $"{disk.Name} is read-only", "attach it for writing");
            if (disk.Pin.SizeBytes < MinimumSize)
                return new VolumeSight.Unusable(disk.Name,
                    $"{disk.Name} has {disk.Pin.SizeBytes >> 20} MiB", $"attach a volume of at least {MinimumSize >> 20} MiB");
            using var device = OpenDevice.TryExclusive(paths.NodeOf(disk));
            return device is null || use.IsUnderLoop(disk) ? Busy(disk) : await JudgeAsync(disk, device, request, cancel).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            return new VolumeSight.Unusable(disk.Name, $"{disk.Name} cannot be read ({failure.Message})", "check or replace the volume");
        }
    }

    private async Task<VolumeSight> JudgeAsync(Disk disk, OpenDevice device, LookRequest request, CancellationToken cancel)
    {
        RequireSame(disk, device);
        var tables = DiskTables.Read(device);
        if (request.Growing is { } growing && disk.Pin.Serial == growing.Disk.Serial && GrowingTable.IsCut(device, growing))
            return new VolumeSight.HalfGrown(disk.Name, disk.Pin);
        if (request.Intent is { } intent && HalfMade.IsOn(device, tables, intent))
            return new VolumeSight.HalfMade(disk.Name, disk.Pin);
        return new TableJudge(disk, device, tables, new FilesystemLook(device, paths)).Judge()
            ?? await blank.JudgeAsync(disk, device, request, cancel).ConfigureAwait(false);
    }

    private static void RequireSame(Disk disk, OpenDevice device)
    {
        if (device.Number != new DeviceNumber((uint)disk.Pin.Major, (uint)disk.Pin.Minor) || device.Size != disk.Pin.SizeBytes)
            throw new IOException($"another device took the name {disk.Name}");
    }

    private VolumeSight.Unusable Busy(Disk disk) => new(
        disk.Name, use.UsersOf(disk) is [var user, ..] ? user : $"{disk.Name} is in use",
        "release it, or map the volume that was meant");
}
