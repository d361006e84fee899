using Cassandra.Lab.Images;
using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;

namespace Cassandra.Lab.Demo;

/// <summary>The main job from an operator's chair.</summary>
internal sealed class Story(Narrator narrator, PackedCharm charm, CassandraPackage package, MachineOptions options) : IAsyncDisposable
{
    private const string VolumeId = "vol-00000081";
    private const string OldUnit = "cassandra/0";
    private const string NewUnit = "cassandra/5";
    private const long VolumeBytes = 2L << 30;
    private const int RowBytes = 2048;
    private const int Rows = 1500;

    private readonly RunDirectory _directory = RunDirectory.Create();
    private readonly List<VirtualMachine> _machines = [];

    /// <exception cref="NotAsToldException">Something went otherwise.</exception>
    public async Task TellAsync()
    {
        narrator.Begin();
        var volume = await Disk.CreateAsync(_directory.File(VolumeId), VolumeBytes, new DiskBus.VirtioBlk(VolumeId));
        var old = await DeployAndWriteAsync();
        await GiveVolumeAsync(old, volume);
        var (rows, clientRecord) = await DestroyAsync(old, volume);
        var young = await RedeployAsync(volume);
        await young.Client.WriteRecordAsync(clientRecord);
        await CompareAsync(young, rows);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines)
            await machine.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<CassandraUnit> DeployAndWriteAsync()
    {
        narrator.Chapter("A service is deployed, and somebody uses it");
        var unit = await DeployAsync(OldUnit, map: null);
        await using (LiveStatus.Of(unit, narrator))
            await unit.ShowsAsync("active: serving from the root disk");

        narrator.Say($"A client writes {Rows} rows of {RowBytes} bytes and keeps its own record of each one that Cassandra acknowledged.");
        await unit.Client.WriteAsync(Rows);
        await unit.Client.StartAsync();
        await unit.Client.GoesOnAsync();
        narrator.Say("It goes on writing all the time from here on.");
        return unit;
    }

    private async Task GiveVolumeAsync(CassandraUnit unit, Disk volume)
    {
        narrator.Chapter("It is given a volume");
        narrator.Say($"Outside Juju, in the cloud: the operator creates the volume {VolumeId} and attaches it to {unit.Machine.Name}.");
        await unit.Machine.AttachAsync(volume);
        narrator.Command($"juju ssh {unit.Name} lsblk -o NAME,SIZE,SERIAL,FSTYPE,MOUNTPOINTS");
        narrator.Answer(await unit.RunAsync("lsblk", "-o", "NAME,SIZE,SERIAL,FSTYPE,MOUNTPOINTS"));

        narrator.Command($"juju config cassandra volume-map='{CassandraUnit.MapOf(unit.Name, VolumeId)}'");
        await using (LiveStatus.Of(unit, narrator))
        {
            await unit.MapAsync(VolumeId);
            await unit.ShowsAsync($"active: serving from {VolumeId} ");
        }
        await unit.Client.GoesOnAsync();
        narrator.Command($"juju ssh {unit.Name} findmnt /srv/cassandra/{VolumeId}");
        narrator.Answer(await unit.RunAsync("findmnt", "-o", "TARGET,SOURCE,FSTYPE,USED,SIZE", $"/srv/cassandra/{VolumeId}"));
        await unit.Client.StopAsync();
        narrator.Say($"The client wrote on; the longest it had to wait was {await unit.Client.LongestGapSecondsAsync():0.0} s. Now it stops.");
        await NothingIsLostAsync(unit);
    }

    private async Task<(string Rows, byte[] ClientRecord)> DestroyAsync(CassandraUnit unit, Disk volume)
    {
        narrator.Chapter("The service is destroyed, and its machine goes");
        var rows = await unit.Client.DigestAsync();
        var record = await unit.Client.ReadRecordAsync();
        narrator.Say($"All rows, counted and hashed: {rows}");
        narrator.Command("juju remove-application cassandra");
        await unit.Juju.RemoveAsync();
        await unit.Machine.DetachAsync(volume);
        await unit.Machine.PowerCutAsync();
        narrator.Say($"{unit.Name} is gone, {VolumeId} is detached, {unit.Machine.Name} is taken away.");
        return (rows, record);
    }

    private async Task<CassandraUnit> RedeployAsync(Disk volume)
    {
        narrator.Chapter("A new service on another machine is given the old volume");
        var unit = await DeployAsync(NewUnit, VolumeId);
        await using (LiveStatus.Of(unit, narrator))
        {
            await unit.ShowsAsync($"waiting: {VolumeId} is not attached; Cassandra has not been started");
            narrator.Say($"The operator attaches {VolumeId} to {unit.Machine.Name}.");
            await unit.Machine.AttachAsync(volume);
            await unit.Juju.HookAsync("update-status");
            await unit.ShowsAsync($"active: serving from {VolumeId} ");
        }
        return unit;
    }

    private async Task CompareAsync(CassandraUnit unit, string rowsBefore)
    {
        narrator.Chapter("The rows read back are the rows written");
        var rows = await unit.Client.DigestAsync();
        narrator.Say($"{OldUnit} had     {rowsBefore}");
        narrator.Say($"{NewUnit} serves  {rows}");
        if (rows != rowsBefore)
            throw new NotAsToldException("the rows differ");
        await NothingIsLostAsync(unit);
    }

    private async Task<CassandraUnit> DeployAsync(string name, string? map)
    {
        var machine = await VirtualMachine.StartAsync(options with { Name = $"machine-{name.Split('/')[1]}" });
        _machines.Add(machine);
        var config = map is null ? "" : $" --config volume-map='{CassandraUnit.MapOf(name, map)}'";
        narrator.Command($"juju deploy ./build/{Path.GetFileName(charm.File)} --resource cassandra-package={Path.GetFileName(package.File)}{config}");
        return await CassandraUnit.DeployAsync(machine, name, charm, package, map is null
            ? null
            : new Dictionary<string, string> { [CassandraUnit.VolumeMap] = CassandraUnit.MapOf(name, map) });
    }

    private async Task NothingIsLostAsync(CassandraUnit unit)
    {
        var found = await unit.Client.VerifyAsync();
        narrator.Say($"The client's record against {unit.Name}: {found}.");
        if (found is not { Lost: 0, Resurrected: 0, Acknowledged: >= Rows })
            throw new NotAsToldException("acknowledged writes are missing, or deleted rows came back");
    }
}
