using Cassandra.Lab.Machines;
using static Cassandra.Machine.Tests.Machines.DiskTests;

namespace Cassandra.Machine.Tests.Machines;

public sealed class PowerTests(LabFixture lab) : MachineTest(lab)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task A_reboot_keeps_files_host_name_and_disks_of_every_bus()
    {
        var machine = await StartAsync("rebooting");
        Disk[] disks =
        [
            await DiskAsync(new DiskBus.VirtioBlk("vol-1")),
            await DiskAsync(new DiskBus.Nvme("vol-2")),
            await DiskAsync(new DiskBus.Scsi("vol-3")),
        ];
        foreach (var disk in disks)
            await machine.AttachAsync(disk, Ct);
        await machine.WriteFileAsync("/etc/kept", "kept", ct: Ct);
        var before = await machine.ReadTextAsync(BootId, Ct);

        await machine.RebootAsync(Ct);

        Assert.NotEqual(before, await machine.ReadTextAsync(BootId, Ct));
        Assert.Equal("kept", await machine.ReadTextAsync("/etc/kept", Ct));
        Assert.Equal("rebooting\n", await RunAsync(machine, "hostname"));
        await RunAsync(machine, "udevadm", "settle");
        var links = await RunAsync(machine, "ls", "/dev/disk/by-id");
        Assert.Contains("virtio-vol-1\n", links, StringComparison.Ordinal);
        Assert.Contains("nvme-QEMU_NVMe_Ctrl_vol-2\n", links, StringComparison.Ordinal);
        Assert.Contains("scsi-0QEMU_QEMU_HARDDISK_vol-3\n", links, StringComparison.Ordinal);
        foreach (var disk in disks)
            await machine.DetachAsync(disk, Ct);
        Assert.DoesNotContain("vol-", (await machine.RunAsync("ls", ["/dev/disk/by-id"], ct: Ct)).StdOut, StringComparison.Ordinal);
    }

    /// <summary>As QEMU's emulation does now and then.</summary>
    [Fact]
    public async Task A_machine_that_stands_still_while_it_boots_is_switched_off_and_on()
    {
        var heard = new Heard("stands still");
        var machine = await StartAsync(new MachineOptions { StandstillLimit = TimeSpan.FromSeconds(30), Progress = new(heard) });
        var disk = await DiskAsync(new DiskBus.VirtioBlk("vol-1"));
        await machine.AttachAsync(disk, Ct);
        await machine.PowerCutAsync();

        var booting = machine.BootAsync(ct: Ct);
        while (!heard.It && !booting.IsCompleted)
        {
            if (disk.Machine is not null)
                await machine.PauseAsync(Ct);
            await Task.Delay(LookInterval, Ct);
        }
        await booting;

        Assert.True(heard.It);
        await RunAsync(machine, "test", "-b", "/dev/disk/by-id/virtio-vol-1");
    }

    [Fact]
    public async Task A_power_cut_keeps_what_was_synced_and_loses_what_was_not()
    {
        var machine = await StartAsync();
        var disk = await DiskAsync(new DiskBus.VirtioBlk("vol-1"));
        await MakeFileSystemAsync(machine, "/dev/" + await machine.AttachAsync(disk, Ct));
        foreach (var directory in (string[])["/mnt", "/etc"])
        {
            await machine.WriteFileAsync($"{directory}/synced", "synced", ct: Ct);
            await RunAsync(machine, "sync", $"{directory}/synced", directory);
            await machine.WriteFileAsync($"{directory}/unsynced", new string('x', 100_000), ct: Ct);
        }

        await machine.PowerCutAsync();
        Assert.False(machine.IsOn);
        Assert.Null(disk.Machine);
        await machine.BootAsync(ct: Ct);

        await RunAsync(machine, "udevadm", "settle");
        await RunAsync(machine, "mount", "/dev/disk/by-id/virtio-vol-1", "/mnt");
        foreach (var directory in (string[])["/mnt", "/etc"])
        {
            Assert.Equal("synced", await machine.ReadTextAsync($"{directory}/synced", Ct));
            var size = await machine.RunAsync("stat", ["--format=%s", $"{directory}/unsynced"], ct: Ct);
            Assert.NotEqual("100000\n", size.StdOut);
        }
    }

    [Theory]
    [InlineData(DiskFormat.Raw, true)]
    [InlineData(DiskFormat.Qcow2, false)]
    public async Task What_was_sent_but_not_flushed_survives_a_power_cut_on_a_raw_disk_only(DiskFormat format, bool survives)
    {
        var machine = await StartAsync();
        var disk = await DiskAsync(new DiskBus.VirtioBlk("vol-1"), format: format);
        var blank = await disk.HashAsync(Ct);
        var name = await machine.AttachAsync(disk, Ct);

        await RunAsync(machine, "dd", "if=/dev/urandom", $"of=/dev/{name}", "bs=64k", "count=16", "oflag=direct");
        await machine.PowerCutAsync();

        Assert.Equal(survives, await disk.HashAsync(Ct) != blank);
    }

    [Fact]
    public async Task After_an_orderly_shutdown_a_machine_boots_with_the_disks_it_is_given()
    {
        var machine = await StartAsync();
        var before = await DiskAsync(new DiskBus.VirtioBlk("vol-before"));
        var after = await DiskAsync(new DiskBus.Nvme("vol-after"));
        await machine.AttachAsync(before, Ct);
        await machine.WriteFileAsync("/etc/unsynced", "but shut down in order", ct: Ct);

        await machine.ShutdownAsync(Ct);
        await machine.BootAsync([after], Ct);

        Assert.Equal("but shut down in order", await machine.ReadTextAsync("/etc/unsynced", Ct));
        await RunAsync(machine, "udevadm", "settle");
        var links = await RunAsync(machine, "ls", "/dev/disk/by-id");
        Assert.Contains("nvme-QEMU_NVMe_Ctrl_vol-after\n", links, StringComparison.Ordinal);
        Assert.DoesNotContain("vol-before", links, StringComparison.Ordinal);
        Assert.Same(machine, after.Machine);
    }

    /// <summary>Waits for words in what the lab says.</summary>
    private sealed class Heard(string words) : StringWriter
    {
        private volatile bool _it;

        public bool It => _it;

        public override void WriteLine(string? value) => _it |= value?.Contains(words, StringComparison.Ordinal) == true;
    }
}

public sealed class MovingTests(LabFixture lab) : MachineTest(lab, machines: 2)
{
    [Fact]
    public async Task A_disk_carries_its_content_from_one_machine_to_another()
    {
        var machines = await Task.WhenAll(StartAsync("left"), StartAsync("right"));
        var disk = await DiskAsync(new DiskBus.VirtioBlk("vol-1"));
        await MakeFileSystemAsync(machines[0], "/dev/" + await machines[0].AttachAsync(disk, Ct));
        await machines[0].WriteFileAsync("/mnt/luggage", "content", ct: Ct);
        await RunAsync(machines[0], "umount", "/mnt");
        await Assert.ThrowsAsync<InvalidOperationException>(() => machines[1].AttachAsync(disk, Ct));

        await machines[0].DetachAsync(disk, Ct);
        await RunAsync(machines[1], "mount", "/dev/" + await machines[1].AttachAsync(disk, Ct), "/mnt");

        Assert.Equal("content", await machines[1].ReadTextAsync("/mnt/luggage", Ct));
    }
}
