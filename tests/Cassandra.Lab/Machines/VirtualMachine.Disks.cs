using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Cassandra.Lab.Machines;

/// <content>Disks that come and go.</content>
public sealed partial class VirtualMachine
{
    private const string ScsiController = "scsi";
    private static readonly TimeSpan PlugLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan UnplugRetry = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _plugging = new(1);
    private readonly List<Plug> _plugs = [];
    private IReadOnlyList<Disk> _lastAttached = [];
    private int _scsiSlot = -1;
    private int _lastPlug;

    /// <summary>The disks in it, the root disk aside.</summary>
    public IReadOnlyList<Disk> Disks => [.. _plugs.Select(plug => plug.Disk)];

    /// <summary>
    /// Plugs the disk in and waits until udev has dealt with it. Returns the kernel's name for it, such as "vdb".
    /// </summary>
    public async Task<string> AttachAsync(Disk disk, CancellationToken ct = default)
    {
        var name = "";
        await PlugTurnAsync($"attach {disk.Path}", async token =>
        {
            var before = await WholeDisksAsync(token);
            await PlugAsync(disk, token);
            while (true)
            {
                var added = (await WholeDisksAsync(token)).Except(before).ToList();
                if (added.Count > 0)
                {
                    name = added.Single();
                    break;
                }
                await Task.Delay(StatusInterval, token);
            }
            await RunAsync("udevadm", ["settle", "--timeout=60"], new() { Check = true }, token);
        }, ct);
        return name;
    }

    /// <summary>
    /// Takes the disk away, whether or not the guest has it mounted (then that is what clouds call a forced detach:
    /// whatever the guest had not written yet is lost and its file system gets errors).
    /// </summary>
    public Task DetachAsync(Disk disk, CancellationToken ct = default) =>
        PlugTurnAsync($"detach {disk.Path}", async token =>
        {
            var plug = PlugOf(disk);
            await DeleteDeviceAsync(plug.Id, token);
            await Running.Control.ExecuteAsync("blockdev-del", new JsonObject { ["node-name"] = plug.Node }, token);
            Release(plug);
            await RunAsync("udevadm", ["settle", "--timeout=60"], new() { Check = true }, token);
        }, ct);

    /// <summary>Makes an attached disk larger. The guest is told; its partition table is its own affair.</summary>
    public Task ResizeAsync(Disk disk, long bytes, CancellationToken ct = default) =>
        PlugTurnAsync($"resize {disk.Path}", token => Running.Control.ExecuteAsync(
            "block_resize", new JsonObject { ["node-name"] = PlugOf(disk).Node, ["size"] = bytes }, token), ct);

    private async Task PlugTurnAsync(string what, Func<CancellationToken, Task> act, CancellationToken ct)
    {
        await _plugging.WaitAsync(ct);
        try
        {
            await ExplainAsync(what, PlugLimit, act, ct);
        }
        finally
        {
            _plugging.Release();
        }
    }

    private async Task PlugAsync(Disk disk, CancellationToken ct)
    {
        if (disk.Machine is not null)
            throw new InvalidOperationException($"{disk.Path} is attached to {disk.Machine.Name}");
        if (disk.Bus is DiskBus.Scsi)
            await PlugScsiControllerAsync(ct);

        var number = ++_lastPlug;
        var plug = new Plug(disk, $"disk{number}", $"node{number}", disk.Bus is DiskBus.Scsi ? null : FreeSlot(), FreeLun(disk));
        await Running.Control.ExecuteAsync("blockdev-add", disk.BlockDevice(plug.Node), ct);
        try
        {
            await Running.Control.ExecuteAsync("device_add", Device(plug), ct);
        }
        catch (QmpException)
        {
            await Running.Control.ExecuteAsync("blockdev-del", new JsonObject { ["node-name"] = plug.Node }, ct);
            throw;
        }
        _plugs.Add(plug);
        disk.Machine = this;
    }

    private async Task PlugScsiControllerAsync(CancellationToken ct)
    {
        if (_scsiSlot >= 0)
            return;
        var slot = FreeSlot();
        await Running.Control.ExecuteAsync("device_add", new JsonObject
        {
            ["driver"] = "virtio-scsi-pci",
            ["id"] = ScsiController,
            ["bus"] = QemuArguments.SlotBus(slot),
        }, ct);
        _scsiSlot = slot;
    }

    // While it boots, a guest may not hear the request to let go of a device.
    private async Task DeleteDeviceAsync(string id, CancellationToken ct)
    {
        var deleted = Running.Control.NextEventAsync("DEVICE_DELETED", data => data["device"]?.GetValue<string>() == id, ct);
        while (!deleted.IsCompleted)
        {
            try
            {
                await Running.Control.ExecuteAsync("device_del", new JsonObject { ["id"] = id }, ct);
            }
            catch (QmpException e) when (e.Message.Contains("unplug", StringComparison.Ordinal) || deleted.IsCompleted)
            {
                // "already in the process of unplug".
            }
            await Task.WhenAny(deleted, Task.Delay(UnplugRetry, ct));
        }
        await deleted;
    }

    private static JsonObject Device(Plug plug)
    {
        var device = new JsonObject { ["id"] = plug.Id, ["drive"] = plug.Node };
        switch (plug.Disk.Bus)
        {
            case DiskBus.VirtioBlk:
                device["driver"] = "virtio-blk-pci";
                break;
            case DiskBus.Nvme:
                device["driver"] = "nvme";
                break;
            case DiskBus.Scsi scsi:
                device["driver"] = "scsi-hd";
                device["bus"] = $"{ScsiController}.0";
                device["lun"] = plug.Lun;
                Set(device, "vendor", scsi.Vendor);
                Set(device, "product", scsi.Product);
                Set(device, "device_id", scsi.DeviceId);
                if (scsi.Wwn is { } wwn)
                    device["wwn"] = wwn;
                break;
        }
        Set(device, "serial", plug.Disk.Bus.Serial);
        if (plug.Slot is { } slot)
            device["bus"] = QemuArguments.SlotBus(slot);
        return device;
    }

    private static void Set(JsonObject device, string property, string? value)
    {
        if (value is not null)
            device[property] = value;
    }

    private int FreeSlot()
    {
        for (var slot = 0; slot < QemuArguments.Slots; slot++)
            if (slot != _scsiSlot && _plugs.All(plug => plug.Slot != slot))
                return slot;
        throw new InvalidOperationException($"{Name} has no free slot: {QemuArguments.Slots} are in use");
    }

    private int? FreeLun(Disk disk) => disk.Bus is not DiskBus.Scsi scsi
        ? null
        : scsi.Lun ?? Enumerable.Range(0, 64).First(lun => _plugs.All(plug => plug.Lun != lun));

    private Plug PlugOf(Disk disk) => _plugs.Find(plug => plug.Disk == disk)
        ?? throw new InvalidOperationException($"{disk.Path} is not attached to {Name}");

    private void Release(Plug plug)
    {
        _plugs.Remove(plug);
        plug.Disk.Machine = null;
    }

    private void UnplugAll()
    {
        _lastAttached = Disks;
        foreach (var plug in _plugs.ToList())
            Release(plug);
        _scsiSlot = -1;
    }

    private async Task<IReadOnlyList<string>> WholeDisksAsync(CancellationToken ct) =>
        [.. WholeDisk().Matches(await ReadTextAsync("/proc/partitions", ct)).Select(match => match.Value)];

    [GeneratedRegex(@"\b(vd[a-z]+|sd[a-z]+|nvme\d+n\d+)$", RegexOptions.Multiline)]
    private static partial Regex WholeDisk();

    private sealed record Plug(Disk Disk, string Id, string Node, int? Slot, int? Lun);
}
