using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Programs;
using Serilog.Core;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>Which disk is the volume, where the hardware says it, where only our mark does, and where the operator gave a pattern.</summary>
public sealed class SearchTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly FakeSysfs _sysfs = new();
    private readonly ManualClock _clock = new();
    private readonly List<LoopDisk> _disks = [];

    public void Dispose()
    {
        _disks.ForEach(disk => disk.Dispose());
        _sysfs.Dispose();
    }

    [RootFact]
    public async Task The_serial_leads_to_the_disk()
    {
        Attach("vdb", ("serial", "vol-00000082"));
        Attach("vdc", ("serial", "vol-00000081"));

        Assert.Equal("vdc", Assert.IsType<VolumeSight.Blank>(await LookAsync("vol-00000081")).Disk);
    }

    [RootFact]
    public async Task No_disk_of_that_serial_is_not_attached()
    {
        Attach("vdb", ("serial", "vol-00000082"));

        Assert.Equal(new VolumeSight.NotAttached(), await LookAsync("vol-00000081"));
    }

    [RootFact]
    public async Task Two_disks_of_one_serial_are_refused_by_name()
    {
        Attach("vdb", ("serial", "vol-00000081"));
        Attach("vdc", ("serial", "vol-00000081"));

        Assert.Equal(new VolumeSight.Several("vdb and vdc all report vol-00000081"), await LookAsync("vol-00000081"));
    }

    [RootFact]
    public async Task An_id_that_no_hardware_reports_is_found_by_our_label()
    {
        Attach("vdb");
        Label(Attach("vdc"), "vol-00000081");

        // The partition is blank, not ours any more: what matters here is which disk was judged.
        Assert.Equal("vdc", Assert.IsType<VolumeSight.Foreign>(await LookAsync("vol-00000081")).Disk);
    }

    [RootFact]
    public async Task The_hardware_goes_before_the_label()
    {
        Attach("vdb", ("serial", "vol-00000081"));
        Label(Attach("vdc"), "vol-00000081");

        Assert.Equal("vdb", Assert.IsType<VolumeSight.Blank>(await LookAsync("vol-00000081")).Disk);
    }

    [RootFact]
    public async Task Two_disks_with_our_label_are_refused()
    {
        Label(Attach("vdb"), "vol-00000081");
        Label(Attach("vdc"), "vol-00000081");

        Assert.Equal(new VolumeSight.Several("vdb and vdc all carry the mark of vol-00000081"), await LookAsync("vol-00000081"));
    }

    [RootTheory]
    [InlineData("lun5")]
    [InlineData("data")]
    public async Task A_label_that_is_only_this_machines_name_proves_nothing(string id)
    {
        Label(Attach("vdb"), id);

        Assert.Equal(new VolumeSight.NotAttached(), await LookAsync(id));
    }

    [RootFact]
    public async Task A_path_to_a_partition_is_refused()
    {
        using var disk = new LoopDisk();
        Shell.RunWithInput("label: gpt\n,\n", "sfdisk", "-q", disk.Image);
        Shell.Run("partx", "--update", disk.Device);
        var link = disk.Id.Text + "part";
        File.CreateSymbolicLink(link, disk.Device + "p1");
        try
        {
            Assert.True(VolumeId.TryParse(link, out var id));
            using var sandbox = new VolumesSandbox();

            var unusable = Assert.IsType<VolumeSight.Unusable>(await sandbox.Volumes.LookAsync(id, new LookRequest(), Cancel));

            Assert.Equal($"{link} is a partition of {disk.Name}", unusable.Why);
        }
        finally
        {
            File.Delete(link);
        }
    }

    [RootFact]
    public async Task A_path_that_leads_nowhere_is_not_attached()
    {
        using var sandbox = new VolumesSandbox();
        Assert.True(VolumeId.TryParse("/dev/disk/by-id/none-such", out var id));

        Assert.Equal(new VolumeSight.NotAttached(), await sandbox.Volumes.LookAsync(id, new LookRequest(), Cancel));
    }

    [RootFact]
    public async Task The_one_disk_that_the_pattern_fits_is_taken_when_it_is_still_alone_ten_seconds_later()
    {
        Attach("vda");
        Attach("xvdf");
        var request = new LookRequest { DevRegexp = "xvd[f-p]" };

        Assert.Equal(NotBefore(10), await LookAsync("vol-00000081", request));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(NotBefore(1), await LookAsync("vol-00000081", request));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("xvdf", Assert.IsType<VolumeSight.Blank>(await LookAsync("vol-00000081", request)).Disk);
    }

    private static VolumeSight.NotAttached NotBefore(int seconds) => new() { SettlesIn = TimeSpan.FromSeconds(seconds) };

    [RootFact]
    public async Task A_disk_replaced_meanwhile_begins_the_ten_seconds_anew()
    {
        Attach("xvdf");
        var request = new LookRequest { DevRegexp = "xvd." };
        await LookAsync("vol-00000081", request);
        _clock.Advance(TimeSpan.FromSeconds(20));
        _sysfs.Write("sys/block/xvdf/diskseq", "77");

        Assert.Equal(NotBefore(10), await LookAsync("vol-00000081", request));
    }

    [RootFact]
    public async Task The_pattern_must_fit_the_whole_name()
    {
        Attach("xvdfa");
        await SettleAsync("xvdf");

        Assert.Equal(new VolumeSight.NotAttached(), await LookAsync("vol-00000081", new LookRequest { DevRegexp = "xvdf" }));
        Assert.Equal(new VolumeSight.NotAttached(), await LookAsync("vol-00000081", new LookRequest { DevRegexp = "vdfa" }));
    }

    [RootFact]
    public async Task Two_disks_that_the_pattern_fits_are_listed()
    {
        Attach("xvdf");
        Attach("xvdg");

        Assert.Equal(new VolumeSight.Several("volume-dev-regexp fits xvdf and xvdg"),
            await LookAsync("vol-00000081", new LookRequest { DevRegexp = "xvd." }));
    }

    [RootFact]
    public async Task Another_entrys_disk_an_ephemeral_one_and_one_with_a_label_are_not_eligible()
    {
        Attach("xvdf", ("serial", "vol-00000082"));
        Attach("xvdg", ("device/model", "Amazon EC2 NVMe Instance Storage"));
        Label(Attach("xvdh"), "vol-00000083");
        Attach("xvdi", ("ro", "1"));
        Assert.True(VolumeId.TryParse("vol-00000082", out var other));
        var request = new LookRequest { DevRegexp = "xvd.", ClaimedByOthers = [other] };

        await LookAsync("vol-00000081", request);
        _clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(new VolumeSight.NotAttached(), await LookAsync("vol-00000081", request));
    }

    [RootFact]
    public async Task An_intent_leads_back_to_its_disk_after_its_name_has_changed()
    {
        var disk = Attach("xvdf");
        var filesystem = new Filesystem("xfs", Guid.NewGuid(), Guid.NewGuid());
        var plan = new Undertaking.Preparing("data", disk.Disk.Pin, new Layout(Guid.NewGuid(), filesystem, "data"))
        {
            Entry = "data",
            Since = DateTimeOffset.UtcNow,
        };
        using (var sandbox = new VolumesSandbox())
            await sandbox.Volumes.PartitionAsync(plan, Cancel);

        Assert.IsType<VolumeSight.HalfMade>(await LookAsync("data", new LookRequest { Intent = plan }));
    }

    private LoopDisk Attach(string name, params (string, string)[] attributes)
    {
        var disk = new LoopDisk();
        _disks.Add(disk);
        _sysfs.Add(name, disk, attributes);
        return disk;
    }

    private static void Label(LoopDisk disk, string label) =>
        Shell.RunWithInput($"label: gpt\nname=\"{label}\"\n", "sfdisk", "-q", disk.Image);

    private async Task SettleAsync(string pattern)
    {
        await LookAsync("vol-00000081", new LookRequest { DevRegexp = pattern });
        _clock.Advance(TimeSpan.FromSeconds(20));
    }

    private Task<VolumeSight> LookAsync(string id, LookRequest? request = null) =>
        new Charm.Linux.Volumes(new InstalledPrograms(ProgramTable.System, Logger.None), _sysfs.Paths, _clock, Logger.None)
            .LookAsync(VolumeId.TryParse(id, out var parsed) ? parsed : throw new ArgumentException(id), request ?? new LookRequest(), Cancel);

    private sealed class ManualClock : TimeProvider
    {
        private long _now = 1000;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
