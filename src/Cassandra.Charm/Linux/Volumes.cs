using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Looking;
using Cassandra.Charm.Linux.Mounts;
using Cassandra.Charm.Linux.Programs;
using Serilog;

namespace Cassandra.Charm.Linux;

/// <summary>Block devices, filesystems and mounts of this machine: here, looking; the effects are in the other parts.</summary>
public sealed partial class Volumes : IVolumes
{
    private readonly MachinePaths _paths;
    private readonly SysBlock _block;
    private readonly VolumeSearch _search;
    private readonly MountedLook _mounted;
    private readonly DiskJudge _judge;
    private readonly Duplicates _duplicates;
    private readonly KernelPartitions _partitions;
    private readonly IPrograms _programs;
    private readonly Sfdisk _sfdisk;
    private readonly Mkfs _mkfs;
    private readonly Systemctl _systemctl;
    private readonly Umount _umount;
    private readonly MountUnit _units;
    private readonly MountPoint _points;
    private readonly ILogger _log;

    /// <summary>Composes it.</summary>
    /// <param name="programs">Runs sfdisk, mkfs, systemctl.</param>
    /// <param name="paths">Where the kernel and systemd show things.</param>
    /// <param name="clock">For what must stand still for a while.</param>
    /// <param name="log">Gets what is not worth a status line.</param>
    public Volumes(IPrograms programs, MachinePaths paths, TimeProvider clock, ILogger log)
    {
        _paths = paths;
        _block = new SysBlock(paths);
        var use = new DiskUse(paths, _block);
        _search = new VolumeSearch(paths, _block, use, new NameSightings(paths, clock), log);
        _mounted = new MountedLook(paths, _block);
        _judge = new DiskJudge(paths, use, _mounted, new BlankJudge(new InformedSignatures(programs)));
        _duplicates = new Duplicates(paths, _block, log);
        _partitions = new KernelPartitions(paths, _block);
        _programs = programs;
        _sfdisk = new Sfdisk(programs);
        _mkfs = new Mkfs(programs);
        _systemctl = new Systemctl(programs);
        _umount = new Umount(programs);
        _units = new MountUnit(paths);
        _points = new MountPoint(log);
        _log = log;
    }

    /// <inheritdoc/>
    public async Task<VolumeSight> LookAsync(VolumeId id, LookRequest request, CancellationToken cancel)
    {
        if (LookWhereServed(id) is { } served)
            return served;
        var (disk, notOne) = _search.Find(id, request);
        if (disk is null)
            return notOne ?? new VolumeSight.NotAttached();
        var sight = await _judge.JudgeAsync(disk, request, cancel).ConfigureAwait(false);
        return FilesystemOf(sight) is { } filesystem && _duplicates.Of(filesystem, disk) is { } several ? several : sight;
    }

    /// <summary>The quick way of a serving unit: the volume is mounted, its hardware says that it is the one, its record is there.</summary>
    private VolumeSight.Recorded? LookWhereServed(VolumeId id)
    {
        try
        {
            return _mounted.All().Where(pair => _search.IsVolume(id, pair.Disk))
                .Select(pair => _mounted.Look(pair.Disk, pair.Mount)).OfType<VolumeSight.Recorded>()
                .FirstOrDefault(recorded => recorded.IsMounted);
        }
        catch (IOException)
        {
            return null; // the long way finds words for it
        }
    }

    private static Filesystem? FilesystemOf(VolumeSight sight) => sight switch
    {
        VolumeSight.EmptyFilesystem e => e.Filesystem,
        VolumeSight.Recorded r => r.Filesystem,
        VolumeSight.Unrecorded u => u.Filesystem,
        _ => null,
    };
}
