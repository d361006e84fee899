using System.Text;

namespace Cassandra.Lab.Images;

/// <summary>
/// Mounts the root disk and puts the guest binary and its service into it at every boot. That keeps the binary, which
/// changes often, out of the root filesystem, which is slow to build. (The distribution's initramfs takes 15 s longer.)
/// </summary>
internal static class Initramfs
{
    /// <summary>Where the guest binary is in the machine.</summary>
    public const string GuestBinaryPath = "/usr/local/lib/cassandra-lab/lab-guest";
    /// <summary>The virtio-serial port's name.</summary>
    public const string PortName = "cassandra-lab";

    private const string Init = """
        #!/bin/busybox sh
        bb=/bin/busybox
        $bb mkdir -p /proc /dev /root
        $bb mount -t devtmpfs none /dev
        $bb mount -t proc none /proc
        while read -r module; do $bb insmod "/early/$module"; done < /early/order
        tries=0
        until $bb mount -t ext4 /dev/vda1 /root; do
            tries=$((tries + 1))
            [ $tries -lt 100 ] || { echo "lab: no root disk"; exec $bb sh; }
            $bb usleep 50000
        done
        cd /payload
        $bb find . -type f | while read -r file; do
            $bb cmp -s "$file" "/root/$file" && continue
            $bb mkdir -p "/root/${file%/*}"
            $bb cp -p "$file" "/root/$file.new" && $bb mv "/root/$file.new" "/root/$file"
        done
        for unit in lab-agent lab-network; do
            $bb mkdir -p /root/etc/systemd/system/sysinit.target.wants
            $bb ln -sf "../$unit.service" "/root/etc/systemd/system/sysinit.target.wants/$unit.service"
        done
        $bb umount /proc
        $bb mount -o move /dev /root/dev
        exec $bb switch_root /root /sbin/init

        """;

    // Our hand in the machine: up before everything that a test may break, also in emergency mode, down last.
    private const string AgentService = $"""
        [Unit]
        Description=Command agent of the test lab
        DefaultDependencies=no
        StartLimitIntervalSec=0

        [Service]
        ExecStart={GuestBinaryPath} agent {PortName}
        Environment=HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        WorkingDirectory=/
        StandardError=journal+console
        KillMode=process
        OOMScoreAdjust=-900
        Restart=always
        RestartSec=200ms

        """;

    private const string NetworkService = """
        [Unit]
        Description=Address of the test machine
        DefaultDependencies=no
        Wants=network.target sys-subsystem-net-devices-eth0.device
        After=sys-subsystem-net-devices-eth0.device
        Before=network.target network-online.target
        ConditionPathExists=/etc/cassandra-lab/network

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        EnvironmentFile=/etc/cassandra-lab/network
        ExecStart=/sbin/ip link set dev eth0 address ${MAC}
        ExecStart=/sbin/ip link set dev eth0 up
        ExecStart=/sbin/ip address replace ${ADDRESS}/16 dev eth0

        """;

    private static readonly int Executable = Convert.ToInt32("755", 8);
    private static readonly int Plain = Convert.ToInt32("644", 8);

    /// <summary>The scripts in it, for the cache's key.</summary>
    public static string Fingerprint => Init + AgentService + NetworkService;

    /// <summary>Writes the archive.</summary>
    public static void Write(string path, string earlyFiles, string guestBinary)
    {
        using var file = File.Create(path);
        var archive = new CpioArchive(file);
        archive.Add("init", Encoding.UTF8.GetBytes(Init), Executable);
        archive.Add("bin/busybox", File.ReadAllBytes(Path.Combine(earlyFiles, "busybox")), Executable);
        foreach (var early in Directory.GetFiles(earlyFiles).Where(early => Path.GetFileName(early) != "busybox"))
            archive.Add($"early/{Path.GetFileName(early)}", File.ReadAllBytes(early), Plain);
        archive.Add("payload" + GuestBinaryPath, File.ReadAllBytes(guestBinary), Executable);
        archive.Add("payload/etc/systemd/system/lab-agent.service", Encoding.UTF8.GetBytes(AgentService), Plain);
        archive.Add("payload/etc/systemd/system/lab-network.service", Encoding.UTF8.GetBytes(NetworkService), Plain);
        archive.End();
    }
}
