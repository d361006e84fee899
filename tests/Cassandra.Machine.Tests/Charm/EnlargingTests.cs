using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>A volume is made larger, in the cloud, under a unit that serves from it.</summary>
public sealed class EnlargingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    private const long NewBytes = 4L << 30;
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task All_of_it_is_used_within_ten_seconds_and_Cassandra_is_not_restarted(string filesystem)
    {
        var unit = await ServingUnitAsync();
        await unit.ConfigureAsync("volume-filesystem", filesystem);
        await EnlargesAsync(unit, await BlankAsync(), filesystem);
    }

    private static async Task EnlargesAsync(CassandraUnit unit, Disk volume, string filesystem)
    {
        var device = await AttachAsync(unit, volume);
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} ({filesystem}, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        var (process, mount) = (await ProcessAsync(unit), await MountAsync(unit));

        await unit.Machine.ResizeAsync(volume, NewBytes, Ct);
        await unit.Juju.WaitForStatusAsync(
            status => CassandraUnit.Line(status).StartsWith($"active: serving from {A} ({filesystem}, ", StringComparison.Ordinal)
                && status.Message.Contains(" of 3.", StringComparison.Ordinal), Promised, Ct);

        Assert.Equal((process, mount), (await ProcessAsync(unit), await MountAsync(unit)));
        await unit.RunAsync("sfdisk", "--verify", device);
        await unit.Client.GoesOnAsync(ct: Ct);

        // What is larger now is found again by a machine that boots.
        await unit.Machine.RebootAsync(Ct);
        await unit.ShowsAsync($"active: serving from {A} ({filesystem}, ", ct: Ct);
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    private static Task<string> ProcessAsync(CassandraUnit unit) => unit.RunAsync("pgrep", "-u", "cassandra");

    private static Task<string> MountAsync(CassandraUnit unit) =>
        unit.RunAsync("findmnt", "-no", "ID,SOURCE", new VolumeOn(unit, A).MountPoint);
}

/// <summary>It is made larger while no unit serves from it.</summary>
public sealed class EnlargedMeanwhileTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm, machineCount: 2)
{
    [Fact]
    public async Task The_next_unit_serves_its_rows_and_uses_all_of_it()
    {
        var (old, volume) = await MovedUnitAsync();
        await old.Client.StopAsync(Ct);
        var rows = await old.Client.DigestAsync(Ct);
        await old.Juju.RemoveAsync(ct: Ct);
        await old.Machine.ResizeAsync(volume, 4L << 30, Ct);
        await old.Machine.DetachAsync(volume, Ct);

        var young = await AnotherServesTheRowsAsync(old, volume, rows);
        Assert.Contains(" of 3.", await young.StatusAsync(Ct), StringComparison.Ordinal);
    }
}
