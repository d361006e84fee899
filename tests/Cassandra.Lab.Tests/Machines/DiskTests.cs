using System.Diagnostics;
using Cassandra.Lab.Machines;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Tests.Machines;

public sealed class DiskTests : IDisposable
{
    private const long MiB = 1 << 20;

    // Beside the program, not in /tmp: a tmpfs has no holes of the same kind.
    private readonly DirectoryInfo _directory =
        Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"disks-{Guid.NewGuid():N}"));
    private int _disks;

    [Fact]
    public async Task Zeros_hash_alike_whether_they_are_stored_or_not()
    {
        var holes = await BlankAsync(3 * MiB + 512);
        var stored = await BlankAsync(3 * MiB + 512);
        stored.Write(MiB, new byte[MiB]);

        Assert.Equal(await holes.HashAsync(Ct), await stored.HashAsync(Ct));
    }

    [Fact]
    public async Task Equal_contents_hash_alike_however_much_of_the_zeros_around_them_is_stored()
    {
        var alone = await BlankAsync(MiB);
        alone.Write(8192, [1]);
        var among = await BlankAsync(MiB);
        among.Write(0, new byte[65536 * 3]);
        among.Write(8192, [1]);

        Assert.Equal(await alone.HashAsync(Ct), await among.HashAsync(Ct));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(3 * MiB + 511)]
    public async Task One_byte_anywhere_changes_the_hash(long offset)
    {
        var blank = await BlankAsync(3 * MiB + 512);
        var other = await BlankAsync(3 * MiB + 512);
        other.Write(offset, [1]);

        Assert.NotEqual(await blank.HashAsync(Ct), await other.HashAsync(Ct));
        Assert.Equal([1], other.Read(offset, 1));
    }

    [Fact]
    public async Task The_place_of_the_content_and_the_size_count()
    {
        var early = await BlankAsync(3 * MiB);
        early.Write(0, [1, 2, 3]);
        var late = await BlankAsync(3 * MiB);
        late.Write(MiB, [1, 2, 3]);
        var larger = await BlankAsync(4 * MiB);
        larger.Write(0, [1, 2, 3]);

        Assert.Equal(3, new[] { await early.HashAsync(Ct), await late.HashAsync(Ct), await larger.HashAsync(Ct) }.Distinct().Count());
    }

    [Fact]
    public async Task A_large_disk_that_is_nearly_empty_is_hashed_and_cloned_at_once()
    {
        var disk = await BlankAsync(200L << 30);
        disk.Write(100L << 30, [1]);
        var watch = Stopwatch.StartNew();

        var clone = await disk.CloneAsync(NewPath(), new DiskBus.VirtioBlk("vol-2"), Ct);
        Assert.Equal(await disk.HashAsync(Ct), await clone.HashAsync(Ct));

        // Reading 400 GiB would take minutes.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        var blocks = await HostProgram.RunAsync("stat", ["--format=%b", clone.Path], ct: Ct);
        Assert.True(int.Parse(blocks, System.Globalization.CultureInfo.InvariantCulture) < 1000, $"{blocks} blocks are stored");
    }

    [Fact]
    public async Task A_disk_is_not_written_behind_its_end()
    {
        var disk = await BlankAsync(MiB);

        Assert.Throws<ArgumentOutOfRangeException>(() => disk.Write(MiB - 1, [1, 2]));
        Assert.Equal(MiB, new FileInfo(disk.Path).Length);
    }

    [Fact]
    public async Task A_qcow2_disk_hashes_as_the_guest_sees_it()
    {
        if (HostProgram.Find("qemu-img") is null)
            Assert.Skip("qemu-img is not installed");
        var raw = await BlankAsync(MiB);
        raw.Write(1000, [1, 2, 3]);
        var qcow2 = await Disk.CreateAsync(NewPath(), MiB, raw.Bus, DiskFormat.Qcow2, Ct);
        Assert.NotEqual(await raw.HashAsync(Ct), await qcow2.HashAsync(Ct));

        await HostProgram.RunAsync("qemu-img", ["convert", "-n", "-O", "qcow2", raw.Path, qcow2.Path], ct: Ct);

        Assert.Equal(await raw.HashAsync(Ct), await qcow2.HashAsync(Ct));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<Disk> BlankAsync(long bytes) => Disk.CreateAsync(NewPath(), bytes, new DiskBus.VirtioBlk("vol-1"), ct: Ct);

    private string NewPath() => Path.Combine(_directory.FullName, $"disk{++_disks}");
}
