using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>A serving unit is given a volume with nothing on it.</summary>
public sealed class MovingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    [Theory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_blank_volume_is_prepared_and_the_data_moves_to_it(string filesystem)
    {
        var unit = await ServingUnitAsync();
        await unit.ConfigureAsync("volume-filesystem", filesystem);
        var device = await AttachAsync(unit, await BlankAsync());
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} ({filesystem}, ", ct: Ct);

        Assert.Equal($"{device}1 {filesystem}", await MountedAtAsync(unit, A));
        Assert.Equal(A, (await unit.RunAsync("lsblk", "-nro", "PARTLABEL", $"{device}1")).Trim());
        Assert.Equal("serving", await new VolumeOn(unit, A).StateAsync());
        await SaidInOrderAsync(unit,
            "active: serving from the root disk", $"maintenance: preparing {A}", $"maintenance: copying to {A}",
            $"maintenance: switching to {A}", $"active: serving from {A} ");
        await TheSourceIsOutOfReachAsync(unit);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task On_NVMe_the_volume_is_found_by_the_id_that_EC2_shows_to_operators()
    {
        var unit = await ServingUnitAsync();
        await AttachAsync(unit, await DiskAsync(new DiskBus.Nvme("vol0123456789abcdef0"), VolumeBytes));
        await unit.MapAsync("vol-0123456789abcdef0");
        await unit.ShowsAsync("active: serving from vol-0123456789abcdef0 (xfs, ", ct: Ct);
        Assert.Equal("/dev/nvme0n1p1 xfs", await MountedAtAsync(unit, "vol-0123456789abcdef0"));
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task A_volume_that_comes_after_its_entry_is_waited_for_while_the_unit_serves()
    {
        var unit = await ServingUnitAsync();
        await unit.MapAsync(A);
        await unit.ShowsAsync($"waiting: {A} is not attached; still serving from the root disk", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);

        await AttachAsync(unit, await BlankAsync());
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Theory]
    [InlineData("xfs", "whole disk")]
    [InlineData("ext4", "whole disk")]
    [InlineData("ext4", "partition")]
    public async Task An_empty_filesystem_is_used_as_it_is(string filesystem, string on)
    {
        var unit = await ServingUnitAsync();
        var device = await AttachAsync(unit, await BlankAsync());
        if (on == "partition")
        {
            await PartitionAsync(unit, device);
            device += "1";
        }
        await unit.RunAsync($"mkfs.{filesystem}", "-q", device);
        var made = await UuidAsync(unit, device);

        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} ({filesystem}, ", ct: Ct);
        Assert.Equal($"{device} {filesystem}", await MountedAtAsync(unit, A));
        Assert.Equal(made, await UuidAsync(unit, device));
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task Another_entry_moves_the_data_on_and_leaves_the_first_volume_as_it_is()
    {
        var unit = await ServingUnitAsync();
        var first = await BlankAsync();
        await AttachAsync(unit, first);
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);

        await AttachAsync(unit, await BlankAsync(B));
        await unit.MapAsync(B);
        await unit.ShowsAsync($"active: serving from {B} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);

        // The first is older from now on: nothing but an order leads back to it.
        await RefusesAsync(unit, first, "its data was copied on to vol-00000082");
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task Removing_the_entry_of_a_serving_unit_moves_nothing()
    {
        var unit = await ServingUnitAsync();
        await AttachAsync(unit, await BlankAsync());
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);

        await unit.MapAsync(null);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.ConfigureAsync(CassandraUnit.VolumeMap, "{cassandra/7: none}");
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    private static async Task<string> MountedAtAsync(CassandraUnit unit, string id) =>
        (await unit.RunAsync("findmnt", "-rno", "SOURCE,FSTYPE", new VolumeOn(unit, id).MountPoint)).Trim();

    private static async Task<string> UuidAsync(CassandraUnit unit, string device) =>
        await unit.RunAsync("blkid", "-p", "-o", "value", "-s", "UUID", device);

    /// <summary>What was copied away from must not be served from by accident: the service's user cannot enter it.</summary>
    private static async Task TheSourceIsOutOfReachAsync(CassandraUnit unit)
    {
        var look = await unit.Machine.RunAsync("setpriv", ["--reuid=cassandra", "--clear-groups", "ls", "/var/lib/cassandra/data"]);
        Assert.NotEqual(0, look.ExitCode);
    }

    private static async Task SaidInOrderAsync(CassandraUnit unit, params string[] expected)
    {
        var said = (await unit.Juju.StatusHistoryAsync(Ct)).Where(entry => entry.Kind == "workload")
            .Select(entry => $"{entry.State}: {entry.Message}").ToList();
        var at = 0;
        foreach (var line in said)
            if (at < expected.Length && line.StartsWith(expected[at], StringComparison.Ordinal))
                at++;
        Assert.True(at == expected.Length, $"\"{expected.ElementAtOrDefault(at)}\" did not come in its turn:\n{string.Join('\n', said)}");
    }
}
