#!/bin/bash
# The hook as a shell script would be written: the reading that the charm does for a unit that serves, and its report.
# scripts/bench.d/hooks measures the charm against it.
set -euo pipefail

config-get --format=json >/tmp/config.json
[ "${JUJU_HOOK_NAME:-}" = update-status ] || network-get cluster --format=json >/dev/null

read -r volume served state address root <<<"$(python3 -c '
import json, os, yaml
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
config = json.load(open("/tmp/config.json"))
owners = yaml.load(config["volume-map"], loader)
served = json.load(open("/var/lib/cassandra-charm/journal.json"))["served"]["volume-id"]
record = json.load(open("/srv/cassandra/" + served + "/.cassandra-charm.json"))
node = yaml.load(open("/etc/cassandra/cassandra.yaml"), loader)
print(owners[os.environ["JUJU_UNIT_NAME"]], served, record["state"], node["rpc_address"],
      os.path.dirname(node["data_file_directories"][0]))')"

point=/srv/cassandra/$served
[ "$state" = serving ]
device=$(mountpoint -d "$point")
disk=$(basename "$(readlink -f "/sys/dev/block/$device")")
[ "$(cat "/sys/block/$disk/serial")" = "$volume" ]
[ -d "$root/data/system" ]
dpkg-query --showformat='${Status}' --show cassandra >/dev/null
pgrep -f org.apache.cassandra.service.CassandraDaemon >/dev/null
exec 3<>"/dev/tcp/$address/9042"
printf '\x04\x00\x00\x00\x05\x00\x00\x00\x00' >&3
head -c 9 <&3 >/dev/null
exec 3>&-

read -r used total <<<"$(df -B1 --output=used,size "$point" | tail -n 1)"
status-set active -- "serving from $served ($((used / 1024 / 1024)) of $((total / 1024 / 1024)) MiB used)"
