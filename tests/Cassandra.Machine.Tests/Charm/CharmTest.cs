using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>
/// A story of the charm on real machines. What holds in every one of them is checked at its end: no hook failed, every
/// status began with words that operators know, nothing meddled with Cassandra's files, and no acknowledged write is lost
/// where a node serves.
/// </summary>
public abstract class CharmTest(LabFixture machines, CharmFixture charm, int machineCount = 1) : MachineTest(machines, machineCount)
{
    /// <summary>The volume of most stories.</summary>
    protected const string A = PreparedUnits.FirstVolume;

    /// <summary>A second one.</summary>
    protected const string B = "vol-00000082";

    /// <summary>As small as a volume can be: mkfs.xfs wants 300 MiB.</summary>
    protected const long VolumeBytes = 400L << 20;

    private readonly List<CassandraUnit> _units = [];

    /// <summary>A unit that serves some data from its root disk; its client goes on writing.</summary>
    protected async Task<CassandraUnit> ServingUnitAsync()
    {
        var unit = await RestoreAsync(await (await charm.PreparedAsync()).ServingAsync(Ct), PreparedUnits.ServingUnit);
        await unit.Client.StartAsync(Ct);
        return unit;
    }

    /// <summary>That unit, its data moved to a volume; its client goes on writing.</summary>
    protected async Task<(CassandraUnit Unit, Disk Volume)> MovedUnitAsync()
    {
        var unit = await ServingUnitAsync();
        var volume = await BlankAsync();
        await AttachAsync(unit, volume);
        await unit.MapAsync(A);
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        return (unit, volume);
    }

    /// <summary>A unit on another machine takes the volume over, with these rows and no others, and is written to.</summary>
    protected async Task<CassandraUnit> AnotherServesTheRowsAsync(CassandraUnit old, Disk volume, string rows)
    {
        var young = await FreshUnitAsync();
        await young.TakeClientOfAsync(old);
        await AttachAsync(young, volume);
        await UpdateStatusAsync(young);
        await young.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        Assert.Equal(rows, await young.Client.DigestAsync(Ct));
        await young.Client.StartAsync(Ct);
        await young.Client.GoesOnAsync(ct: Ct);
        return young;
    }

    /// <summary>That unit on a machine with another root disk, booted with a volume.</summary>
    protected async Task<CassandraUnit> ServingUnitOnAsync(Func<MachineOptions, Task<VirtualMachine>> make, Disk volume)
    {
        var machine = Keep(await make(await (await charm.PreparedAsync()).ServingAsync(Ct)));
        await machine.BootAsync([volume], Ct);
        return Remember(CassandraUnit.On(machine, PreparedUnits.ServingUnit, await charm.PackageAsync()));
    }

    /// <summary>A unit that was deployed with a map naming <see cref="A"/>, which is not there yet.</summary>
    protected async Task<CassandraUnit> FreshUnitAsync() =>
        await RestoreAsync(await (await charm.PreparedAsync()).FreshAsync(Ct), PreparedUnits.FreshUnit);

    /// <summary>A unit deployed on an empty machine; no hook has run yet.</summary>
    protected async Task<CassandraUnit> DeployAsync(string name, params (string Key, string Value)[] config)
    {
        var machine = await StartAsync((await charm.EmptyMachineAsync()) with { Name = $"machine-{name.Split('/')[1]}" });
        return Remember(await CassandraUnit.DeployAsync(
            machine, name, await charm.CharmAsync(), await charm.PackageAsync(),
            config.ToDictionary(option => option.Key, option => option.Value), Ct));
    }

    /// <summary>A blank volume, attached nowhere.</summary>
    protected Task<Disk> BlankAsync(string serial = A) => DiskAsync(new DiskBus.VirtioBlk(serial), VolumeBytes);

    /// <summary>A volume with Cassandra's data that a unit, now gone, has left in good order; <paramref name="heir"/>'s
    /// client remembers all that was acknowledged there.</summary>
    protected async Task<Disk> LeftVolumeAsync(CassandraUnit heir, string serial = A)
    {
        await heir.Client.WriteRecordAsync((await charm.LeftVolumeAsync()).ClientRecord, Ct);
        return await OthersVolumeAsync(serial);
    }

    /// <summary>Such a volume; nobody's client knows what is on it.</summary>
    protected async Task<Disk> OthersVolumeAsync(string serial = A) =>
        await (await charm.LeftVolumeAsync()).CopyAsync(NewDiskPath(), new DiskBus.VirtioBlk(serial));

    /// <summary>The packed charm.</summary>
    protected Task<PackedCharm> CharmAsync() => charm.CharmAsync();

    /// <summary>Does the stand-in play Cassandra?</summary>
    protected async Task<bool> IsStandInAsync() => (await charm.PackageAsync()).IsStandIn;

    /// <summary>Attaches it; its device node there.</summary>
    protected static async Task<string> AttachAsync(CassandraUnit unit, Disk disk) =>
        $"/dev/{await unit.Machine.AttachAsync(disk, Ct)}";

    /// <summary>
    /// A map that names another unit, under which a fresh unit takes no volume: what the map names is taken as soon as it is
    /// there.
    /// </summary>
    protected static async Task MapElsewhereAsync(CassandraUnit unit)
    {
        await unit.ConfigureAsync(CassandraUnit.VolumeMap, CassandraUnit.MapOf("cassandra/7", "none"));
        await unit.ShowsAsync("blocked: volume-map names cassandra/7", ct: Ct);
    }

    /// <summary>Dispatches <c>update-status</c>, as Juju does every five minutes.</summary>
    protected static async Task UpdateStatusAsync(CassandraUnit unit) => await unit.Juju.HookAsync("update-status", Ct);

    /// <summary>One GPT partition over the whole disk.</summary>
    protected static async Task PartitionAsync(CassandraUnit unit, string device)
    {
        using var table = new MemoryStream("label: gpt\n,,L\n"u8.ToArray());
        await unit.Machine.RunAsync("sfdisk", ["--quiet", device], new() { StdIn = table, Check = true }, Ct);
        await unit.RunAsync("udevadm", "settle");
    }

    /// <summary>What an operator does by hand on a filesystem, which is clean afterwards.</summary>
    protected static async Task WithMountedAsync(CassandraUnit unit, string device, Func<string, Task> act)
    {
        const string At = "/mnt";
        await unit.RunAsync("mount", device, At);
        await act(At);
        await unit.RunAsync("umount", At);
    }

    /// <summary>
    /// Maps the unit to the volume, which it must refuse for that reason, at once and again later, with not one byte of it
    /// changed.
    /// </summary>
    protected static async Task RefusesAsync(CassandraUnit unit, Disk volume, string because, string? id = null)
    {
        id ??= volume.Bus.Serial;
        await unit.RunAsync("sync");
        var before = await volume.HashAsync(Ct);
        await unit.MapAsync(id);
        // Where the map says it already, Juju sees no change and runs no hook.
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"blocked: {id}: refused, {because}", ct: Ct);
        await UpdateStatusAsync(unit);
        await unit.ShowsAsync($"blocked: {id}: refused, {because}", ct: Ct);
        Assert.Equal(before, await volume.HashAsync(Ct));
        if (volume.Machine is not null)
            await unit.Machine.DetachAsync(volume, Ct);
        Assert.Equal(before, await volume.HashAsync(Ct));
    }

    /// <summary>What every story keeps.</summary>
    protected override async Task CloseAsync()
    {
        foreach (var unit in _units)
            await CheckAsync(unit);
    }

    /// <summary>What every story keeps, of one unit.</summary>
    protected async Task CheckAsync(CassandraUnit unit) => await ClosingChecks.RunAsync(unit, await IsStandInAsync(), HooksMayFail);

    /// <summary>Its machine is no longer needed.</summary>
    protected async Task ForgetAsync(CassandraUnit unit)
    {
        _units.Remove(unit);
        await EndAsync(unit.Machine);
    }

    /// <summary>A line of the test's log, at once.</summary>
    protected static void Say(string line) => Console.WriteLine($"{DateTime.Now:HH:mm:ss} {line}");

    /// <summary>Does the story itself make hooks fail?</summary>
    protected virtual bool HooksMayFail => false;

    private async Task<CassandraUnit> RestoreAsync(MachineOptions options, string unit) =>
        Remember(CassandraUnit.On(await StartAsync(options), unit, await charm.PackageAsync()));

    private CassandraUnit Remember(CassandraUnit unit)
    {
        _units.Add(unit);
        return unit;
    }
}
