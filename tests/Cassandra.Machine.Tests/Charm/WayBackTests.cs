using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>Cassandra does not come up on the new volume.</summary>
public sealed class WayBackTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    [Fact]
    public async Task Dead_before_anybody_could_write_it_serves_from_the_old_place_again()
    {
        var unit = await ServingUnitAsync();
        await AttachAsync(unit, await BlankAsync());
        var cure = await MakeItDieOnAAsync(unit, "before-storage-port");
        await unit.MapAsync(A);
        await unit.ShowsAsync($"blocked: {A}: refused, the move to it failed", ct: Ct);
        Assert.Contains("still serving from the root disk", await unit.StatusAsync(), StringComparison.Ordinal);
        await unit.Client.GoesOnAsync(ct: Ct);

        // It is not tried again and again …
        var runs = (await unit.Juju.StatusHistoryAsync(Ct)).Count(entry => entry.Message.StartsWith("switching", StringComparison.Ordinal));
        await cure();
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"blocked: {A}: refused, the move to it failed", ct: Ct);
        Assert.Equal(runs, (await unit.Juju.StatusHistoryAsync(Ct)).Count(entry => entry.Message.StartsWith("switching", StringComparison.Ordinal)));

        // … but when told to.
        Assert.True((await unit.Juju.RunActionAsync("adopt-volume", ("volume", A), ("reason", "cured"))).Completed);
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task Dead_after_replicas_could_write_it_never_goes_back_by_itself()
    {
        if (!await IsStandInAsync())
            Assert.Skip("only the stand-in can be made to die between its two ports");
        var unit = await ServingUnitAsync();
        var replica = WritingClient.ReplicaOf(unit.Machine);
        await replica.StartAsync(Ct);
        await AttachAsync(unit, await BlankAsync());
        var cure = await MakeItDieOnAAsync(unit, "after-storage-port");
        await unit.MapAsync(A);
        await unit.ShowsAsync($"blocked: Cassandra does not stay up on {A}", ct: Ct);

        await cure();
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        await replica.StopAsync(Ct);
        Assert.Equal(0, (await replica.VerifyAsync(Ct)).Lost);
    }

    [Fact]
    public async Task Dead_on_adopted_data_it_goes_back_when_told_to_and_loses_nothing()
    {
        var unit = await FreshUnitAsync();
        await AttachAsync(unit, await BlankAsync(B));
        await unit.MapAsync(B);
        await unit.ShowsAsync($"active: serving from {B} (xfs, ", ct: Ct);
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        await AttachAsync(unit, await OthersVolumeAsync());
        await unit.MapAsync(A);
        await unit.ShowsAsync($"blocked: {A}: refused, it holds the data of node ", ct: Ct);
        var cure = await MakeItDieOnAAsync(unit, "before-storage-port");
        await OrderAsync(unit, "adopt-volume", ("volume", A), ("reason", "its rows are wanted"));
        await unit.ShowsAsync($"blocked: Cassandra does not stay up on {A}", ct: Ct);

        await OrderAsync(unit, "rollback-volume");
        await unit.ShowsAsync($"blocked: {A}: ", ct: Ct);
        Assert.Contains($"still serving from {B}", await unit.StatusAsync(Ct), StringComparison.Ordinal);
        await unit.Client.GoesOnAsync(ct: Ct);
        await cure();
        Assert.False((await unit.Juju.RunActionAsync("rollback-volume")).Completed);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    private static async Task OrderAsync(CassandraUnit unit, string action, params (string, string)[] parameters)
    {
        var answer = await unit.Juju.RunActionAsync(action, parameters);
        Assert.True(answer.Completed, answer.Message);
        await UpdateStatusAsync(unit);
    }

    /// <summary>From now on a Cassandra with data on A dies while it starts. Returns the cure.</summary>
    private async Task<Func<Task>> MakeItDieOnAAsync(CassandraUnit unit, string at)
    {
        // The init script reads it. The real program dies for want of a configuration, before it opens any port.
        const string Defaults = "/etc/default/cassandra";
        var death = await IsStandInAsync() ? $"-Dcassandra.stand_in.die_at={at}" : "-Dcassandra.config=file:///etc/cassandra/none.yaml";
        var before = await unit.Machine.ReadTextAsync(Defaults, Ct);
        await unit.Machine.WriteFileAsync(Defaults, $"""
            {before}
            if grep -q /srv/cassandra/{A} /etc/cassandra/cassandra.yaml; then
                export JVM_EXTRA_OPTS={death}
            fi

            """, ct: Ct);
        return () => unit.Machine.WriteFileAsync(Defaults, before, ct: Ct);
    }
}
