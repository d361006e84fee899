using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>A volume holds Cassandra's data already, and the unit serves from it.</summary>
public sealed class AdoptingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    [Fact]
    public async Task A_fresh_unit_serves_the_rows_of_a_unit_that_is_gone_whatever_its_user_ids_were()
    {
        var unit = await FreshUnitAsync();
        await MapElsewhereAsync(unit);
        var device = await AttachAsync(unit, await LeftVolumeAsync(unit));
        var foreign = await OwnerOnAsync(unit, $"{device}1");
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);

        var own = (await unit.RunAsync("id", "-u", "cassandra")).Trim();
        Assert.NotEqual(foreign, own);
        var volume = new VolumeOn(unit, A);
        Assert.Equal("", await unit.RunAsync("find", volume.Data, "!", "-user", "cassandra", "-print"));
        Assert.Equal("serving", await volume.StateAsync());
        Assert.Equal(unit.Name, (await volume.RecordAsync())["owner"]!["unit"]!.GetValue<string>());
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Theory]
    [InlineData("in cassandra/")]
    [InlineData("at the top")]
    public async Task Data_without_a_record_is_adopted_in_place(string tree)
    {
        var unit = await FreshUnitAsync();
        await MapElsewhereAsync(unit);
        var device = await AttachAsync(unit, await LeftVolumeAsync(unit));
        await WithMountedAsync(unit, $"{device}1", async at =>
        {
            await unit.RunAsync("rm", $"{at}/.cassandra-charm.json");
            if (tree == "at the top")
                foreach (var part in (string[])["data", "commitlog", "hints", "saved_caches", "cdc_raw"])
                    await unit.Machine.RunAsync("mv", [$"{at}/cassandra/{part}", at], ct: Ct);
            if (tree == "at the top")
                await unit.RunAsync("rm", "-r", $"{at}/cassandra");
        });
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        Assert.Equal("serving", await new VolumeOn(unit, A).StateAsync());
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task A_unit_that_was_founded_on_its_root_disk_and_holds_nothing_yet_adopts_too()
    {
        var unit = await FreshUnitAsync();
        await unit.MapAsync("none");
        await unit.ShowsAsync("active: serving from the root disk", ct: Ct);
        await AttachAsync(unit, await LeftVolumeAsync(unit));
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
    }

    [Fact]
    public async Task A_unit_with_rows_of_its_own_adopts_others_only_when_told_to()
    {
        var unit = await FreshUnitAsync();
        var own = WritingClient.Of(unit.Machine, "own");
        await AttachAsync(unit, await BlankAsync(B));
        await unit.MapAsync(B);
        await unit.ShowsAsync($"active: serving from {B} (xfs, ", ct: Ct);
        await own.WriteAsync(100, Ct);

        var volume = await LeftVolumeAsync(unit);
        await AttachAsync(unit, volume);
        var hash = await volume.HashAsync(Ct);
        await unit.MapAsync(A);
        await unit.ShowsAsync($"blocked: {A}: refused, it holds the data of node ", ct: Ct);
        Assert.Contains($"still serving from {B}", await unit.StatusAsync(), StringComparison.Ordinal);
        Assert.Equal(hash, await volume.HashAsync(Ct));
        Assert.Equal(0, (await own.VerifyAsync(Ct)).Lost);

        var action = await unit.Juju.RunActionAsync("adopt-volume", ("volume", A), ("reason", "the other rows are wanted"));
        Assert.True(action.Completed, action.Message);
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
    }

    /// <summary>The user id that owns Cassandra's data there.</summary>
    private static async Task<string> OwnerOnAsync(CassandraUnit unit, string device)
    {
        var owner = "";
        await WithMountedAsync(unit, device, async at => owner = (await unit.RunAsync("stat", "-c", "%u", $"{at}/cassandra/data")).Trim());
        return owner;
    }
}
