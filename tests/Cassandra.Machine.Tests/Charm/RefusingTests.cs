using Cassandra.Lab.Machines;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>
/// What is neither blank nor an empty filesystem nor Cassandra's is not touched: the node serves on, the status says what
/// was seen, and the image's hash on the host stays.
/// </summary>
public sealed class RefusingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    [Theory]
    [InlineData(0)]
    [InlineData(VolumeBytes / 2 + 12345)]
    [InlineData(VolumeBytes - 1)]
    public async Task One_byte_that_is_not_zero(long offset)
    {
        var unit = await ServingUnitAsync();
        var volume = await BlankAsync();
        volume.Write(offset, [1]);
        await AttachAsync(unit, volume);
        await RefusesAsync(unit, volume, "it holds ");
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task A_filesystem_with_a_file(string filesystem)
    {
        var unit = await ServingUnitAsync();
        var volume = await BlankAsync();
        var device = await AttachAsync(unit, volume);
        await unit.RunAsync($"mkfs.{filesystem}", "-q", device);
        await WithMountedAsync(unit, device, at => unit.RunAsync("touch", $"{at}/.hidden"));
        await RefusesAsync(unit, volume, "it holds ");
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Theory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_filesystem_that_was_not_unmounted(string filesystem)
    {
        var unit = await ServingUnitAsync();
        var volume = await BlankAsync();
        var device = await AttachAsync(unit, volume);
        await unit.RunAsync($"mkfs.{filesystem}", "-q", device);
        await unit.RunAsync("mount", device, "/mnt");
        await unit.RunAsync("mkdir", "/mnt/cassandra");
        await unit.RunAsync("sync", "-f", "/mnt");
        await unit.Machine.DetachAsync(volume, Ct);
        await unit.Machine.RunAsync("umount", ["/mnt"], ct: Ct);

        await AttachAsync(unit, volume);
        await RefusesAsync(unit, volume, "it holds ");
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Theory]
    [InlineData("an LVM physical volume", "pvcreate", "--quiet")]
    [InlineData("swap", "mkswap")]
    public async Task Something_of_the_systems(string what, string program, params string[] arguments)
    {
        var unit = await ServingUnitAsync();
        var volume = await BlankAsync();
        var device = await AttachAsync(unit, volume);
        await unit.RunAsync(program, [.. arguments, device]);
        await RefusesAsync(unit, volume, "it holds ");
        Assert.Contains(what, await unit.StatusAsync(), StringComparison.OrdinalIgnoreCase);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Theory]
    [InlineData("gpt", 1)]
    [InlineData("gpt", 0)]
    [InlineData("dos", 1)]
    public async Task A_partition_table(string label, int partitions)
    {
        var unit = await ServingUnitAsync();
        var volume = await BlankAsync();
        var device = await AttachAsync(unit, volume);
        using var table = new MemoryStream(System.Text.Encoding.ASCII.GetBytes($"label: {label}\n{(partitions > 0 ? ",64M,L\n" : "")}"));
        await unit.Machine.RunAsync("sfdisk", ["--quiet", device], new() { StdIn = table, Check = true }, Ct);
        await unit.RunAsync("udevadm", "settle");
        await RefusesAsync(unit, volume, "it holds ");
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task A_disk_that_cannot_be_written()
    {
        var unit = await ServingUnitAsync();
        var volume = await BlankAsync();
        volume.ReadOnly = true;
        await AttachAsync(unit, volume);
        await RefusesAsync(unit, volume, "");
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task A_disk_that_is_too_small()
    {
        var unit = await ServingUnitAsync();
        var volume = await DiskAsync(new DiskBus.VirtioBlk(A), 16L << 20);
        await AttachAsync(unit, volume);
        await RefusesAsync(unit, volume, "");
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task A_disk_that_somebody_has_mounted()
    {
        var unit = await ServingUnitAsync();
        var volume = await BlankAsync();
        var device = await AttachAsync(unit, volume);
        await unit.RunAsync("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", device);
        await unit.RunAsync("mount", device, "/mnt");
        await unit.MapAsync(A);
        await unit.ShowsAsync($"blocked: {A}: refused, ", ct: Ct);
        Assert.Contains("/mnt", await unit.StatusAsync(), StringComparison.Ordinal);
        await unit.Client.GoesOnAsync(ct: Ct);
    }
}
