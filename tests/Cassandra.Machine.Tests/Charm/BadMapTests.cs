using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>A map with a mistake changes nothing on a machine, and the status says where the mistake is.</summary>
public sealed class BadMapTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    [Fact]
    public async Task A_bad_map_blocks_names_the_position_and_changes_nothing()
    {
        var unit = await ServingUnitAsync();
        // It is attached, blank, and named by most of the bad maps: only the mistake keeps it blank.
        var volume = await BlankAsync("vol-1");
        await AttachAsync(unit, volume);
        var blank = await volume.HashAsync(Ct);
        var before = await MachineState.OfAsync(unit);

        var faults = new List<string>();
        foreach (var map in BadMap.All)
        {
            await unit.ConfigureAsync(CassandraUnit.VolumeMap, map.Text);
            var status = await unit.StatusAsync();
            if (!status.StartsWith($"blocked: volume-map: {map.Position}", StringComparison.Ordinal))
                faults.Add($"{map.Name}: expected {map.Position}, but the status is \"{status}\"");
            else if (!status.Contains("; still serving from the root disk", StringComparison.Ordinal))
                faults.Add($"{map.Name}: the status does not say what serves: \"{status}\"");
        }

        // What one of them had changed would still show.
        if (await MachineState.OfAsync(unit) is var after && after != before)
            faults.Add($"the machine changed:\n{after}\n-- before:\n{before}");
        if (await volume.HashAsync(Ct) != blank)
            faults.Add("the volume changed");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(BadMap.All.Count >= 40);
        await unit.Client.GoesOnAsync(ct: Ct);
    }
}
