using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Programs;
using Serilog.Core;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>
/// The charm's volumes on this machine, with units in a directory of their own and a <c>systemctl</c> that does with a
/// mount unit what systemd would: the machine the tests run on need not have systemd as PID 1.
/// </summary>
internal sealed class VolumesSandbox : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("volumes");
    private readonly string _bin;
    private readonly List<string> _points = [];

    public VolumesSandbox()
    {
        Paths = new MachinePaths
        {
            Units = _directory.CreateSubdirectory("units").FullName,
            Run = Path.Combine(_directory.FullName, "run"),
        };
        var bin = _bin = _directory.CreateSubdirectory("bin").FullName;
        WriteScript($"{bin}/systemctl", Systemctl(Paths.Units));
        Programs = new RecordingPrograms(
            new InstalledPrograms(new ProgramTable(bin, "/usr/sbin", "/usr/bin", "/sbin", "/bin"), Logger.None));
        Volumes = new Charm.Linux.Volumes(Programs, Paths, TimeProvider.System, Logger.None);
    }

    public MachinePaths Paths { get; }

    public RecordingPrograms Programs { get; }

    public IVolumes Volumes { get; }

    /// <summary>A plan for a disk, with new identifiers and a volume id of this test alone.</summary>
    public Undertaking.Preparing Plan(LoopDisk disk, string type = "xfs")
    {
        var volume = $"vol-{Guid.NewGuid().ToString("N")[..8]}";
        _points.Add(Core.Places.Mounts.PointOf(volume));
        var filesystem = new Filesystem(type, Guid.NewGuid(), Guid.NewGuid());
        return new Undertaking.Preparing(
            volume, disk.Disk.Pin, new Layout(Guid.NewGuid(), filesystem, PartitionLabel.For(volume)))
        {
            Entry = volume,
            Since = DateTimeOffset.UtcNow,
        };
    }

    public static Place.OnVolume PlaceOf(Undertaking.Preparing plan) => new(plan.Volume, plan.Layout.Filesystem);

    public static VolumeRecord RecordOf(Undertaking.Preparing plan) => new()
    {
        VolumeId = plan.Volume,
        DiskSerial = plan.Disk.Serial,
        State = RecordState.Initialising,
        Lineage = Guid.NewGuid(),
        Generation = 0,
        Owner = new UnitIdentity("model", "cassandra/0", "0"),
        Since = DateTimeOffset.UnixEpoch,
    };

    /// <summary>Partition, filesystem, mount, record, name.</summary>
    public async Task PrepareAsync(Undertaking.Preparing plan, CancellationToken cancel)
    {
        await Volumes.PartitionAsync(plan, cancel);
        await Volumes.MakeFilesystemAsync(plan, cancel);
        await Volumes.MountAsync(PlaceOf(plan), "noatime", cancel);
        await Volumes.WriteRecordAsync(PlaceOf(plan), RecordOf(plan), cancel);
        await Volumes.NamePartitionAsync(plan, cancel);
    }

    /// <summary>Has a program die at its n-th write, as if the power had gone then; 0 = never again.</summary>
    public void KillAtWrite(string program, int number)
    {
        if (number == 0)
            File.Delete($"{_bin}/{program}");
        else
            WriteScript($"{_bin}/{program}", $"""
                #!/bin/sh
                exec strace -f -o /dev/null -e trace=write,pwrite64,pwritev,pwritev2 -e inject=write,pwrite64,pwritev,pwritev2:signal=SIGKILL:when={number} /usr/sbin/{program} "$@"
                """);
    }

    public Task<VolumeSight> LookAsync(LoopDisk disk, Undertaking.Preparing? intent = null) => Volumes.LookAsync(
        disk.Id, new LookRequest { Intent = intent, BlankCheck = BlankCheckMode.Quick }, CancellationToken.None);

    public void Dispose()
    {
        foreach (var point in _points.Where(Directory.Exists))
        {
            Shell.TryRun("umount", point);
            Shell.TryRun("chattr", "-i", point);
            Directory.Delete(point);
        }

        _directory.Delete(recursive: true);
    }

    private static void WriteScript(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    private static string Systemctl(string units) => $$"""
        #!/bin/sh -eu
        unit={{units}}/${3-}
        value() { sed -n "s/^$1=//p" "$unit"; }
        case $2 in
        daemon-reload) ;;
        start)
            what=$(value What)
            case $what in
            */by-partuuid/*) what=$(blkid -c /dev/null -t PARTUUID="${what##*/}" -o device) ;;
            */by-uuid/*) what=$(blkid -c /dev/null -U "${what##*/}") ;;
            esac
            mount -t "$(value Type)" -o "$(value Options)" "$what" "$(value Where)" ;;
        esac
        """;
}
