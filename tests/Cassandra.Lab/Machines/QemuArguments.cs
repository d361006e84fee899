using Cassandra.Lab.Machines.Recording;

namespace Cassandra.Lab.Machines;

/// <summary>
/// QEMU's command line. A snapshot can only be restored with the arguments it was taken with, so everything that a
/// machine may need later (slots for disks) is there from the start.
/// </summary>
internal static class QemuArguments
{
    public const string Program = "qemu-system-x86_64";
    public const string ControlSocket = "qmp.sock";
    public const string AgentSocket = "agent.sock";
    public const string Console = "console.log";
    public const string RootOverlay = "root.qcow2";

    /// <summary>Disks and controllers that can be plugged in at a time.</summary>
    public const int Slots = 10;

    private const string KernelCommandLine =
        "root=/dev/vda1 rw console=ttyS0 loglevel=4 systemd.show_status=false panic=0 nokaslr mitigations=off net.ifnames=0";

    /// <summary>The bus for slot 0 … <see cref="Slots"/> - 1.</summary>
    public static string SlotBus(int slot) => $"slot{slot}";

    /// <summary>The command line. Relative paths are in the machine's own directory.</summary>
    public static IReadOnlyList<string> For(
        MachineOptions options, string kernel, string initramfs, RecordedImage? recorded = null) =>
    [
        // Not SeaBIOS, which takes a fifth of a second more: qboot starts the kernel and leaves the rest to it.
        "-bios", "qboot.rom",
        "-M", "q35,usb=off,vmport=off,smbus=off,sata=off,hpet=off,graphics=off",
        .. Execution(options.Accelerator),
        "-m", $"{options.MemoryMiB}", "-smp", $"{options.Cpus}",
        "-nodefaults", "-no-user-config", "-display", "none",
        "-kernel", kernel, "-initrd", initramfs, "-append", KernelCommandLine,
        .. Root(recorded),
        // NVMe would be as good, but cannot be part of a snapshot.
        "-device", "virtio-blk-pci,drive=root,id=root-disk,addr=0x2",
        "-device", "virtio-serial-pci,id=ports,addr=0x3",
        .. MachineNetwork.Card(options.Network),
        "-chardev", $"socket,id=agent,path={AgentSocket},server=on,wait=off",
        "-device", $"virtserialport,bus=ports.0,chardev=agent,name={Images.Initramfs.PortName}",
        "-chardev", $"file,id=console,path={Console},append=on", "-serial", "chardev:console",
        "-qmp", $"unix:{ControlSocket},server=on,wait=off",
        .. Enumerable.Range(0, Slots).SelectMany(slot => (string[])
            ["-device", $"pcie-root-port,id={SlotBus(slot)},chassis={slot + 1},slot={slot + 1},addr={8 + slot:x}"]),
    ];

    private static string[] Root(RecordedImage? recorded) => recorded is { } disk
        ? ["-blockdev", $"driver=nbd,server.type=unix,server.path={disk.Socket},export={disk.Name},node-name=root"]
        :
        [
            "-blockdev", $"driver=file,filename={RootOverlay},node-name=root-file",
            "-blockdev", "driver=qcow2,file=root-file,node-name=root",
        ];

    // Nehalem, not "max": with max, glibc picks AVX2 code, which TCG emulates slowly (twice the time to boot).
    private static string[] Execution(Accelerator accelerator) => accelerator switch
    {
        Accelerator.Tcg => ["-accel", "tcg,thread=multi,tb-size=256", "-cpu", "Nehalem"],
        Accelerator.Kvm => ["-accel", "kvm", "-cpu", "host"],
    };
}
