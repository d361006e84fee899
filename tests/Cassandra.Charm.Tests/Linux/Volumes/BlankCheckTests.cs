using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Tests.Linux.Volumes;

public sealed class BlankCheckTests
{
    private const long Mebibyte = LoopDisk.Mebibyte, Gibibyte = 1L << 30, Huge = 2048 * Gibibyte;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly MachinePaths Paths = new();

    [RootFact]
    public async Task What_reads_longer_than_the_budget_is_left_unchecked_and_a_byte_found_early_is_not()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk(Huge);
        var request = new LookRequest { BlankCheck = BlankCheckMode.Full, Budget = TimeSpan.FromSeconds(5) };

        Assert.Equal(new VolumeSight.Unchecked(disk.Disk.Pin, 0), await sandbox.Volumes.LookAsync(disk.Id, request, Cancel));
        disk.Write(63 * Mebibyte, [1]);
        Assert.IsType<VolumeSight.Foreign>(await sandbox.Volumes.LookAsync(disk.Id, request, Cancel));
    }

    [RootFact]
    public async Task The_services_finding_settles_what_a_hook_cannot_read()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk(Huge);
        var pin = disk.Disk.Pin;

        Assert.IsType<VolumeSight.Blank>(await LookAsync(new BlankFinding(pin, BlankCheckMode.Full, 1, null, null)));
        Assert.Equal(new VolumeSight.Unchecked(pin, 0.5), await LookAsync(new BlankFinding(pin, BlankCheckMode.Full, 0.5, null, null)));
        Assert.IsType<VolumeSight.Foreign>(await LookAsync(new BlankFinding(pin, BlankCheckMode.Full, 0.5, 12345, null)));
        Assert.IsType<VolumeSight.Unusable>(await LookAsync(new BlankFinding(pin, BlankCheckMode.Full, 0.5, null, 12345)));
        // A finding about another attachment, or a less thorough one, says nothing.
        Assert.Equal(new VolumeSight.Unchecked(pin, 0),
            await LookAsync(new BlankFinding(pin with { Sequence = pin.Sequence + 1 }, BlankCheckMode.Full, 1, null, null)));
        Assert.Equal(new VolumeSight.Unchecked(pin, 0), await LookAsync(new BlankFinding(pin, BlankCheckMode.Quick, 1, null, null)));

        Task<VolumeSight> LookAsync(BlankFinding finding) => sandbox.Volumes.LookAsync(disk.Id,
            new LookRequest { BlankCheck = BlankCheckMode.Full, Budget = TimeSpan.FromSeconds(5), Finding = finding }, Cancel);
    }

    [RootFact]
    public async Task A_disk_written_to_since_the_finding_is_not_blank()
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk(Huge);
        disk.Write(Huge / 4, "XFSB"u8);

        var sight = await sandbox.Volumes.LookAsync(disk.Id, new LookRequest
        {
            Finding = new BlankFinding(disk.Disk.Pin, BlankCheckMode.Full, 1, null, null),
        }, Cancel);

        Assert.Equal("an XFS filesystem that lost its first superblock", Assert.IsType<VolumeSight.Foreign>(sight).What);
    }

    [RootTheory]
    [InlineData(0.123456)]
    [InlineData(0.5)]
    [InlineData(0.987654)]
    public async Task The_quick_check_finds_any_run_longer_than_the_spacing_of_its_samples(double at)
    {
        using var disk = new LoopDisk(Huge);
        var run = new byte[(Huge / 65536) + 8192];
        run.AsSpan().Fill(0xA5);
        var start = (long)(Huge * at);
        disk.Write(start, run);

        var found = await new BlankCheck(Paths, new SysBlock(Paths)).RunAsync(disk.Disk.Pin, BlankCheckMode.Quick, null, Cancel);

        Assert.InRange(found.NonZeroAt ?? -1, start, start + run.Length);
    }

    [RootFact]
    public void A_full_check_finds_one_byte_at_any_of_200_places()
    {
        var seed = Random.Shared.Next();
        var chance = new Random(seed);
        using var disk = new LoopDisk(64 * Mebibyte);
        var blank = disk.Hash;
        using var device = OpenDevice.TryExclusive(disk.Device)!;
        for (var place = 0; place < 200; place++)
        {
            var at = chance.NextInt64(64 * Mebibyte);
            disk.Write(at, [(byte)chance.Next(1, 256)]);

            var found = BlankCheck.Read(device, BlankCheckMode.Full, Timeout.InfiniteTimeSpan, null, Cancel).NonZeroAt;

            Assert.True(found == at, $"seed {seed}: {found} instead of {at}");
            disk.Write(at, [0]);
            Assert.Equal(blank, disk.Hash);
        }
    }

    [RootFact]
    public void A_quick_check_finds_any_run_longer_than_the_spacing_wherever_it_begins()
    {
        const long Size = 64 * Gibibyte;
        var seed = Random.Shared.Next();
        var chance = new Random(seed);
        using var disk = new LoopDisk(Size);
        using var device = OpenDevice.TryExclusive(disk.Device)!;
        for (var place = 0; place < 12; place++)
        {
            var run = new byte[(Size / 65536) + 4096 + chance.Next(1 << 20)];
            run.AsSpan().Fill(1);
            var at = chance.NextInt64(Size - run.Length);
            disk.Write(at, run);

            var found = BlankCheck.Read(device, Core.Volumes.BlankPlan.Quick(Size), Timeout.InfiniteTimeSpan, null, Cancel).NonZeroAt;

            Assert.True(found >= at && found < at + run.Length, $"seed {seed}: {found} is not in the {run.Length} bytes from {at}");
            disk.Write(at, new byte[run.Length]);
        }
    }

    [RootFact]
    public async Task A_long_check_tells_how_far_it_is_and_ends_at_one()
    {
        using var disk = new LoopDisk(2 * Gibibyte);
        var reports = new List<BlankFinding>();

        var found = await new BlankCheck(Paths, new SysBlock(Paths)).RunAsync(
            disk.Disk.Pin, BlankCheckMode.Full, new SynchronousProgress(reports.Add), Cancel);

        Assert.Equal(new BlankFinding(disk.Disk.Pin, BlankCheckMode.Full, 1, null, null), found);
        Assert.NotEmpty(reports);
        Assert.Equal(reports.Select(r => r.Fraction).Order(), reports.Select(r => r.Fraction));
    }

    [RootFact]
    public async Task Another_disk_under_the_same_number_is_not_read()
    {
        using var disk = new LoopDisk();
        var pin = disk.Disk.Pin with { SizeBytes = 1 };

        await Assert.ThrowsAsync<EffectFailedException>(
            () => new BlankCheck(Paths, new SysBlock(Paths)).RunAsync(pin, BlankCheckMode.Quick, null, Cancel));
    }

    [RootFact]
    public void A_read_error_in_the_middle_is_told_with_its_offset_though_all_before_it_is_zero()
    {
        using var disk = new LoopDisk(512 * Mebibyte);
        using var device = OpenDevice.TryExclusive(disk.Device)!;
        using (var image = File.OpenWrite(disk.Image))
            image.SetLength(333 * Mebibyte);

        var bytes = disk.Hash;
        var reading = BlankCheck.Read(device, BlankCheckMode.Quick, Timeout.InfiniteTimeSpan, null, Cancel);

        Assert.Equal((null, 333 * Mebibyte), (reading.NonZeroAt, reading.UnreadableAt));
        Assert.Equal(bytes, disk.Hash);
        Assert.False(reading.IsBlank);
    }

    [RootFact]
    public void A_small_disk_is_read_in_full_whatever_the_mode()
    {
        using var disk = new LoopDisk(512 * Mebibyte);
        disk.Write((300 * Mebibyte) + 12_345, [1]); // beside every sample
        using var device = OpenDevice.TryExclusive(disk.Device)!;

        Assert.Equal((300 * Mebibyte) + 12_345,
            BlankCheck.Read(device, BlankCheckMode.Quick, Timeout.InfiniteTimeSpan, null, Cancel).NonZeroAt);
    }

    private sealed class SynchronousProgress(Action<BlankFinding> report) : IProgress<BlankFinding>
    {
        public void Report(BlankFinding value) => report(value);
    }
}
