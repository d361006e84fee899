"""The world of a unit that serves from its volume: made in a sandbox (tests/sandbox), in which its paths are absolute."""
import fcntl
import json
import os
import re
import socket
import struct
import subprocess
import uuid

UNIT, MODEL, VOLUME = "cassandra/0", "6f5d0b7e-2b0a-4c5e-9d5b-0f1f8f9f7a11", "vol-00000081"
CHARM = "/var/lib/juju/agents/unit-cassandra-0/charm"
TOOLS = "/var/lib/juju/tools/unit-cassandra-0"
STATE = "/var/lib/cassandra-charm"
POINT = f"/srv/cassandra/{VOLUME}"
DISK_BYTES = 512 << 20

TOOL_NAMES = ["config-get", "status-set", "juju-log", "network-get", "goal-state", "is-leader", "open-port",
              "application-version-set", "resource-get", "relation-ids"]

# Answers to OPTIONS of the native protocol, as a node that serves: SUPPORTED, an empty map.
NODE = r"""
import socket, threading
def answer(client):
    try:
        while frame := client.recv(9):
            if len(frame) == 9 and frame[4] == 5:
                client.sendall(bytes([0x84, 0]) + frame[2:4] + bytes([6, 0, 0, 0, 2, 0, 0]))
    except ConnectionError:
        pass
    client.close()
server = socket.create_server(("127.0.0.1", 9042), backlog=64)
print("ready", flush=True)
while True:
    threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()
"""


def build(options, yaml_header, disk_number, filesystem):
    """options: defaults of config.yaml; yaml_header: the first line by which the charm knows its own cassandra.yaml."""
    install_tools()
    write_map(options, 3)
    mount_volume(disk_number)
    write_machine(options)
    owner = {"model-uuid": MODEL, "unit": UNIT, "machine-id": "0"}
    node = {"host-id": str(uuid.uuid4()), "cluster-name": "cassandra", "datacenter": "datacenter1", "rack": "rack1",
            "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner", "tokens": [str(n << 58) for n in range(16)],
            "cassandra-version": "4.1.7", "is-decommissioned": False}
    lineage = str(uuid.uuid4())
    write_journal(owner, node, lineage, filesystem)
    write_volume(owner, node, lineage)
    write_cassandra_yaml(yaml_header)
    loopback_up()


def write(path, content, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(content)
    os.chmod(path, mode)


def install_tools():
    for tool in TOOL_NAMES:
        write(f"{TOOLS}/{tool}", f"""#!/bin/sh
[ -z "$TOOL_CALLS" ] || echo "{tool}	$*" >>"$TOOL_CALLS"
exec cat /answers/{tool}
""", 0o755)
        write(f"/answers/{tool}", "")
    write("/answers/network-get", '{"bind-addresses":[{"addresses":[{"value":"127.0.0.1"}]}]}\n')


def write_map(options, entries):
    volumes = "".join(f"cassandra/{n}: vol-{0x81 + n:08x}\n" for n in range(entries))
    write("/answers/config-get", json.dumps({**options, "volume-map": volumes}) + "\n")


def mount_volume(number):
    """The loop device plays a virtio disk: sysfs is the sandbox's own."""
    device = f"{os.major(number)}:{os.minor(number)}"
    os.mknod("/dev/vdb", 0o600 | 0o060000, number)
    os.makedirs(POINT)
    subprocess.run(["/usr/bin/mount", "/dev/vdb", POINT], check=True)
    for name, value in {"dev": device, "size": str(DISK_BYTES // 512), "serial": VOLUME, "ro": "0", "removable": "0",
                        "diskseq": "7"}.items():
        write(f"/sys/block/vdb/{name}", value + "\n")
    os.makedirs("/sys/block/vdb/holders")
    os.makedirs("/sys/dev/block")
    os.symlink("../../block/vdb", f"/sys/dev/block/{device}")


def write_machine(options):
    """A machine has some hundred packages; the charm looks for one."""
    packages = [("cassandra", "4.1.7")] + [(f"package-{n}", f"1.{n}-1") for n in range(600)]
    write("/var/lib/dpkg/status", "".join(
        f"Package: {name}\nStatus: install ok installed\nMaintainer: nobody <nobody@example.org>\nArchitecture: all\n"
        f"Version: {version}\nDescription: one of many\n\n" for name, version in packages))
    for directory in ["info", "updates", "triggers"]:
        os.makedirs(f"/var/lib/dpkg/{directory}")
    write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\ncassandra:x:110:110::/var/lib/cassandra:/usr/sbin/nologin\n")
    write("/etc/group", "root:x:0:\ncassandra:x:110:\n")
    write("/etc/systemd/system/cassandra.service.d/50-cassandra-charm.conf", "[Service]\n")
    wanted = "\0".join([options["install-sources"], options["install-keys"], options["package-version"], ""])
    os.makedirs(STATE, 0o700)
    write(f"{STATE}/installed.json", json.dumps({
        "database": "", "version": "", "wanted": wanted}), 0o600)


def write_journal(owner, node, lineage, filesystem):
    served = {"on": "volume", "volume-id": VOLUME, "filesystem": {"type": "xfs", "uuid": filesystem},
              "subdirectory": "cassandra", "entry": VOLUME}
    write(f"{STATE}/journal.json", json.dumps({
        "format": 1, "owner": owner, "last-entry": VOLUME, "ever-started": True, "served": served, "node": node,
        "lineage": lineage, "generation": 1, "left-half-made": [], "copy-ids": [], "failed": []}, indent=2), 0o600)


def write_volume(owner, node, lineage):
    for directory in ["data/system/local-7ad54392bcdd35a684174e047860b377", "commitlog", "hints", "saved_caches", "cdc_raw"]:
        os.makedirs(f"{POINT}/cassandra/{directory}")
    write(f"{POINT}/cassandra/data/system/local-7ad54392bcdd35a684174e047860b377/nb-1-big-Data.db", "data")
    write(f"{POINT}/cassandra/commitlog/CommitLog-7-1700000000000.log", "log")
    write(f"{POINT}/.cassandra-charm.json", json.dumps({
        "format": 1, "volume-id": VOLUME, "disk-serial": VOLUME, "state": "serving", "lineage": lineage, "generation": 1,
        "owner": owner, "node": node, "owners": {"user": 110, "group": 110}, "subdirectory": "cassandra",
        "superseded-by": "", "since": "2026-01-01T00:00:00+00:00", "heartbeat": "2026-01-01T00:00:00+00:00"}, indent=2))


def write_cassandra_yaml(header):
    data = f"{POINT}/cassandra"
    keys = {"cluster_name": "cassandra", "num_tokens": 16, "commitlog_directory": f"{data}/commitlog",
            "hints_directory": f"{data}/hints", "saved_caches_directory": f"{data}/saved_caches",
            "cdc_raw_directory": f"{data}/cdc_raw", "listen_address": "127.0.0.1", "rpc_address": "127.0.0.1",
            "native_transport_port": 9042, "storage_port": 7000, "ssl_storage_port": 7001}
    text = header + "".join(f"{key}: {value}\n" for key, value in keys.items())
    text += f"data_file_directories:\n- {data}/data\n"
    text += "".join(f"option_{n}_in_ms: {n}\n" for n in range(150))  # the package's file has about that many
    write("/etc/cassandra/cassandra.yaml", text)


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, 0x8914, struct.pack("16sh", b"lo", 0x1))  # SIOCSIFFLAGS, IFF_UP


def start_node():
    """A process that looks and answers like Cassandra's; no JVM."""
    node = subprocess.Popen(["java", "-c", NODE, "org.apache.cassandra.service.CassandraDaemon"],
                            executable="/usr/bin/python3", stdout=subprocess.PIPE, text=True)
    node.stdout.readline()
    return node


def header_of_charm(repository):
    source = open(f"{repository}/src/Cassandra.Charm/Node/Configuration/CassandraYaml.cs").read()
    first, second = re.search(r'Header = "(.*?)"\s*\+ "(.*?)" \+', source).groups()
    return f"{first}{second}.cassandra-charm-original beside it.\n"


def option_defaults(repository):
    import yaml
    options = yaml.safe_load(open(f"{repository}/config.yaml"))["options"]
    return {name: option["default"] for name, option in options.items() if "default" in option}
