"""A machine with systemd and a deployed unit, in a container on this host's own kernel: real speed, real block devices."""
import datetime
import glob
import json
import os
import shutil
import subprocess
import sys
import threading
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UNIT = "cassandra/0"
GUEST = "/usr/local/lib/cassandra-lab/lab-guest"
LOOP_MAJOR, LOOPS = 7, 64
ENVIRONMENT = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]


def run(*command, **options):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def wait(what, condition, seconds):
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not after {seconds} s")
        time.sleep(0.05)
    return found


def rest(directory):
    """Waits until the disk has put away what was written to it: ten seconds in which nothing small waits for long."""
    quiet_since, limit = time.monotonic(), time.monotonic() + 600
    with open(f"{directory}/rest", "wb", buffering=0) as file:
        while time.monotonic() < min(quiet_since + 10, limit):
            began = time.monotonic()
            os.pwrite(file.fileno(), bytes(4096), 0)
            os.fsync(file.fileno())
            if time.monotonic() - began > 0.05:
                quiet_since = time.monotonic()
            time.sleep(0.02)


def never():
    """A cut-over-window that begins in six hours."""
    hour = datetime.datetime.now(datetime.timezone.utc).hour
    return f"{(hour + 6) % 24:02}:00-{(hour + 7) % 24:02}:00 UTC"


def get_parts():
    """What a container is made of: the lab's, and the packed charm."""
    lab = f"{REPOSITORY}/tests/Cassandra.Lab"
    run("dotnet", "build", lab, "--verbosity", "quiet")
    parts = dict(line.split("=", 1) for line in run(f"{lab}/bin/Debug/net10.0/Cassandra.Lab", "parts").splitlines() if "=" in line)
    return dict(parts, charm=f"{REPOSITORY}/build/cassandra_{run('dpkg', '--print-architecture')}.charm")


def enter_private_namespace():
    """Mounts of this process and its children are theirs alone, and so is a tree of control groups, as systemd needs it."""
    if not os.environ.get("BENCH_UNSHARED"):
        os.environ["BENCH_UNSHARED"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    run("mount", "--make-rprivate", "/")
    subprocess.run(["umount", "--recursive", "/sys/fs/cgroup"], stderr=subprocess.DEVNULL)
    run("mount", "-t", "cgroup2", "none", "/sys/fs/cgroup")
    group = f"/sys/fs/cgroup/cassandra-bench-{os.getpid()}"
    os.makedirs(group, exist_ok=True)
    with open(f"{group}/cgroup.procs", "w") as procs:
        procs.write(str(os.getpid()))
    os.makedirs("/run/systemd", exist_ok=True)
    run("mount", "-t", "tmpfs", "tmpfs", "/run/systemd")


class Disk:
    """An image behind a loop device."""

    def __init__(self, image):
        self.image = image
        self.device = run("losetup", "--find", "--show", "--direct-io=on", image)
        self._forget_partitions()

    def close(self):
        self._forget_partitions()
        subprocess.run(["losetup", "--detach", self.device], stderr=subprocess.DEVNULL)

    def _forget_partitions(self):
        # Those that somebody added to a loop device stay when it gets another file.
        subprocess.run(["partx", "--delete", self.device], stderr=subprocess.DEVNULL)


class Container:
    """Boots at once; `data` is what /var/lib/cassandra is on, `disks` are named /dev/disk/by-id/NAME inside."""

    def __init__(self, parts, work, data, disks):
        self.work, self.disks, self.mounts, self.loop, self.process, self.leader = work, disks, [], "", None, ""
        try:
            self.root = self._tree(parts, data)
            self.boot()
        except BaseException:
            self.close()
            raise

    def boot(self):
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe", "--capability=all",
             "--boot", f"--directory={self.root}", "--machine=bench", "--bind=/dev/loop-control"],
            env=dict(os.environ, SYSTEMD_NSPAWN_API_VFS_WRITABLE="1"), stdin=subprocess.DEVNULL,
            stdout=open(f"{self.work}/console", "w"), stderr=subprocess.STDOUT)
        wait("a container", self._is_up, 60)
        # There is no devtmpfs inside: somebody must make the nodes of disks and partitions, as the kernel does on a machine.
        for number in range(LOOPS):
            self._make_node(f"loop{number}", os.makedev(LOOP_MAJOR, number))
        threading.Thread(target=self._make_nodes, args=[self.process], daemon=True).start()
        # systemd asked for device events before its udevd was there, and does not ask again (sd-device-monitor).
        self.run("systemctl", "daemon-reexec")
        self.run("ip", "link", "set", "lo", "up")
        self.run("mkdir", "-p", "/dev/disk/by-id", "/var/lib/lab")
        for name, disk in self.disks.items():
            self.run("ln", "-s", f"../../{os.path.basename(disk.device)}", f"/dev/disk/by-id/{name}")

    def run(self, *command, **options):
        return run("nsenter", "--target", self.leader, "--all", *ENVIRONMENT, *command, **options)

    def path(self, inside):
        """A file of the container, as this host reaches it."""
        return f"/proc/{self.leader}/root{inside}"

    def juju(self, *arguments):
        return self.run(GUEST, "juju", *arguments)

    def deploy(self):
        self.juju("deploy", "--charm", "/var/tmp/cassandra.charm", "--unit", UNIT, "--resource",
                  "cassandra-package=/var/tmp/cassandra.deb", "--leader", "--machine-id", "0")
        self.shows("active: serving from the root disk", 120)

    def configure(self, **options):
        self.juju("config", "cassandra", *[f"{name.replace('_', '-')}={value}" for name, value in options.items()])

    def status(self):
        workload = json.loads(self.juju("status", UNIT))
        return f"{workload['workload']['state']}: {workload['workload']['message']}", workload["idle"]

    def shows(self, begins, seconds, is_patient=False):
        """Waits for it; a status that blocks is the end, unless one is patient."""
        def now():
            status, idle = self.status()
            if status.startswith("blocked") and not is_patient:
                raise RuntimeError(status)
            return idle and status.startswith(begins)
        wait(begins, now, seconds)

    def start_client(self, interval_ms):
        self.run("systemd-run", "--quiet", "--collect", "--unit=lab-client.service", GUEST, "cql-client", "write", "--host", "127.0.0.1",
                 "--timeout", "60000", "--acks", "/var/lib/lab/client.acknowledged", "--size", "200", "--interval", str(interval_ms),
                 "--delete-every", "20", "--report", "/var/lib/lab/client.report", "--latency", "/var/lib/lab/client.latency")

    def stop_client(self):
        """Ends it; its report: latencies in milliseconds, and the times without an acknowledged write."""
        self.run("systemctl", "stop", "lab-client")
        with open(self.path("/var/lib/lab/client.report")) as report:
            return json.load(report)

    def acknowledged(self):
        """How long the list of what was acknowledged has grown, in bytes."""
        return os.stat(self.path("/var/lib/lab/client.acknowledged")).st_size

    def latencies(self):
        """Of all its writes: (seconds since the epoch, milliseconds)."""
        with open(self.path("/var/lib/lab/client.latency")) as file:
            return [(int(at) / 1000, float(latency)) for at, _, latency in (line.split() for line in file)]

    def verify(self):
        """Asks for everything that was ever acknowledged."""
        answer = self.run(GUEST, "cql-client", "verify", "--host", "127.0.0.1", "--timeout", "60000",
                          "--acks", "/var/lib/lab/client.acknowledged", "--report", "/dev/stdout")
        return json.loads(answer[answer.index("{"):])

    def switch_off(self):
        """Its first process is killed, and with it all others; what they wrote is not lost, as with a power cut it would be."""
        if self.leader:
            subprocess.run(["kill", "-KILL", self.leader], stderr=subprocess.DEVNULL)
        if self.process:
            self.process.wait(30)

    def close(self):
        self.switch_off()
        for place in reversed(self.mounts):
            subprocess.run(["umount", "--lazy", place], stderr=subprocess.DEVNULL)
        subprocess.run(["losetup", "--detach", self.loop], stderr=subprocess.DEVNULL)

    def _is_up(self):
        # Its first child is gone soon: the one after it is the container's systemd.
        self.leader = (subprocess.run(["pgrep", "--parent", str(self.process.pid)], text=True, stdout=subprocess.PIPE).stdout.split() or [""])[0]
        return self.leader and subprocess.run(["nsenter", "--target", self.leader, "--all", "systemctl", "is-active", "basic.target"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def _mount(self, *arguments):
        run("mount", *arguments)
        self.mounts.append(arguments[-1])

    def _tree(self, parts, data):
        for name in ("lower", "over", "root"):
            os.makedirs(f"{self.work}/{name}", exist_ok=True)
        self.loop = run("losetup", "--find", "--show", "--read-only", "--offset", str(1 << 20), parts["root-disk"])
        self._mount("-o", "ro,noload", self.loop, f"{self.work}/lower")
        self._mount("-t", "tmpfs", "tmpfs", f"{self.work}/over")
        os.makedirs(f"{self.work}/over/upper")
        os.makedirs(f"{self.work}/over/work")
        self._mount("-t", "overlay", "overlay", "-o",
                    f"lowerdir={self.work}/lower,upperdir={self.work}/over/upper,workdir={self.work}/over/work", f"{self.work}/root")
        root = f"{self.work}/root"
        os.makedirs(root + os.path.dirname(GUEST), exist_ok=True)
        shutil.copy(parts["guest-binary"], root + GUEST)
        shutil.copy(parts["package"], f"{root}/var/tmp/cassandra.deb")
        shutil.copy(parts["charm"], f"{root}/var/tmp/cassandra.charm")
        for path, text in (("/etc/hostname", "bench\n"), ("/etc/hosts", "127.0.0.1\tlocalhost bench\n")):
            with open(root + path, "w") as file:
                file.write(text)
        # They would set this host's devices and kernel.
        for unit in ("systemd-udev-trigger.service", "systemd-sysctl.service"):
            os.symlink("/dev/null", f"{root}/etc/systemd/system/{unit}")
        os.makedirs(f"{root}/var/lib/cassandra", exist_ok=True)
        self.data = f"{root}/var/lib/cassandra"
        self._mount(data.device, self.data)
        os.chmod(self.data, 0o755)
        return root

    def _make_nodes(self, process):
        numbers = [os.path.basename(disk.device) for disk in self.disks.values()]
        while process.poll() is None:
            for number in numbers:
                for partition in glob.glob(f"/sys/block/{number}/{number}p*"):
                    try:
                        with open(f"{partition}/dev") as file:
                            device = os.makedev(*map(int, file.read().split(":")))
                        # Its udevd may have looked at the partition before it had a node.
                        if self._make_node(os.path.basename(partition), device):
                            self.run("udevadm", "trigger", "--action=add", partition)
                    except (OSError, RuntimeError):
                        pass  # it came or went meanwhile
            time.sleep(0.01)

    def _make_node(self, name, device):
        node = self.path(f"/dev/{name}")
        if os.path.exists(node) and os.stat(node).st_rdev != device:
            os.unlink(node)
        if not os.path.exists(node):
            os.mknod(node, 0o60660, device)
            return True
        return False
