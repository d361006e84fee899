using Cassandra.Lab.Machines;

namespace Cassandra.Machine.Tests.Machines;

public sealed class DiskTests(LabFixture lab) : MachineTest(lab)
{
    public static TheoryData<DiskBus, string> Names => new()
    {
        { new DiskBus.VirtioBlk("vol-00000081"), "virtio-vol-00000081" },
        { new DiskBus.Nvme("vol0123456789abcdef0"), "nvme-QEMU_NVMe_Ctrl_vol0123456789abcdef0" },
        { new DiskBus.Scsi { Vendor = "Google", Product = "PersistentDisk", DeviceId = "volume-7" }, "scsi-0Google_PersistentDisk_volume-7" },
        { new DiskBus.Scsi { Vendor = "Msft", Product = "Virtual Disk", Wwn = 0x60022480deadbeef, Lun = 5 }, "wwn-0x60022480deadbeef" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_disk_comes_with_its_name_and_goes_with_it(DiskBus bus, string link)
    {
        var machine = await StartAsync();
        var disk = await DiskAsync(bus);

        var name = await machine.AttachAsync(disk, Ct);
        var target = await machine.RunAsync("readlink", ["--canonicalize", $"/dev/disk/by-id/{link}"], ct: Ct);
        Assert.Equal($"/dev/{name}\n", target.StdOut);
        if (bus is DiskBus.Scsi { Lun: { } lun })
            Assert.True(await ExistsAsync(machine, $"/sys/block/{name}/device/scsi_device/0:0:0:{lun}"));

        await machine.DetachAsync(disk, Ct);
        Assert.False(await ExistsAsync(machine, $"/dev/disk/by-id/{link}"));
        Assert.False(await ExistsAsync(machine, $"/sys/block/{name}"));
        Assert.Null(disk.Machine);
    }

    [Fact]
    public async Task What_a_guest_writes_and_flushes_is_in_the_image_and_survives_being_detached_while_mounted()
    {
        var machine = await StartAsync();
        var disk = await DiskAsync(new DiskBus.VirtioBlk("vol-1"));
        var blank = await disk.HashAsync(Ct);
        await MakeFileSystemAsync(machine, "/dev/" + await machine.AttachAsync(disk, Ct));
        await machine.WriteFileAsync("/mnt/kept", "synced", ct: Ct);
        await RunAsync(machine, "sync", "--file-system", "/mnt");
        Assert.NotEqual(blank, await disk.HashAsync(Ct));

        await machine.DetachAsync(disk, Ct);

        Assert.NotEqual(0, (await machine.RunAsync("ls", ["/mnt/kept", "/mnt/other"], ct: Ct)).ExitCode);
        await RunAsync(machine, "umount", "--lazy", "/mnt");
        await RunAsync(machine, "mount", "/dev/" + await machine.AttachAsync(disk, Ct), "/mnt");
        Assert.Equal("synced", await machine.ReadTextAsync("/mnt/kept", Ct));
    }

    [Fact]
    public async Task A_read_only_disk_takes_no_write()
    {
        var machine = await StartAsync();
        var disk = await DiskAsync(new DiskBus.VirtioBlk("vol-1"));
        disk.ReadOnly = true;
        var name = await machine.AttachAsync(disk, Ct);

        Assert.Equal("1\n", await machine.ReadTextAsync($"/sys/block/{name}/ro", Ct));
        var write = await machine.RunAsync("dd", ["if=/dev/urandom", $"of=/dev/{name}", "bs=4k", "count=1", "oflag=direct"], ct: Ct);
        Assert.NotEqual(0, write.ExitCode);
    }

    [Fact]
    public async Task A_disk_grows_while_it_is_attached()
    {
        var machine = await StartAsync();
        var disk = await DiskAsync(new DiskBus.VirtioBlk("vol-1"), 1L << 30);
        var name = await machine.AttachAsync(disk, Ct);

        await machine.ResizeAsync(disk, 3L << 30, Ct);

        Assert.Equal($"{3L << 30}\n", await RunAsync(machine, "blockdev", "--getsize64", $"/dev/{name}"));
    }

    [Fact]
    public async Task A_clone_of_a_mounted_disk_has_its_content_under_another_serial()
    {
        var machine = await StartAsync();
        var disk = await DiskAsync(new DiskBus.VirtioBlk("vol-1"));
        await MakeFileSystemAsync(machine, "/dev/" + await machine.AttachAsync(disk, Ct));
        await machine.WriteFileAsync("/mnt/kept", "synced", ct: Ct);
        await RunAsync(machine, "sync", "--file-system", "/mnt");

        var clone = await CloneAsync(disk, new DiskBus.Nvme("vol-2"));
        Assert.Equal(await disk.HashAsync(Ct), await clone.HashAsync(Ct));
        await machine.DetachAsync(disk, Ct);
        await RunAsync(machine, "umount", "--lazy", "/mnt");
        await RunAsync(machine, "mount", "/dev/" + await machine.AttachAsync(clone, Ct), "/mnt");

        Assert.Equal("synced", await machine.ReadTextAsync("/mnt/kept", Ct));
    }

    [Fact]
    public async Task As_many_disks_as_there_are_slots_can_be_attached_and_one_more_is_refused()
    {
        var machine = await StartAsync();
        for (var n = 0; n < 10; n++)
            await machine.AttachAsync(await DiskAsync(new DiskBus.VirtioBlk($"vol-{n}"), 64 << 20), Ct);

        var links = await RunAsync(machine, "ls", "/dev/disk/by-id");
        Assert.Equal(10, links.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var oneMore = await DiskAsync(new DiskBus.VirtioBlk("vol-10"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => machine.AttachAsync(oneMore, Ct));
        Assert.Null(oneMore.Machine);
    }

    internal static async Task MakeFileSystemAsync(VirtualMachine machine, string device)
    {
        await RunAsync(machine, "mkfs.ext4", "-q", device);
        await RunAsync(machine, "mount", device, "/mnt");
    }

    internal static async Task<string> RunAsync(VirtualMachine machine, string program, params string[] arguments) =>
        (await machine.RunAsync(program, arguments, new() { Check = true }, Ct)).StdOut;

    private static async Task<bool> ExistsAsync(VirtualMachine machine, string path) =>
        (await machine.RunAsync("test", ["-e", path], ct: Ct)).ExitCode == 0;
}
