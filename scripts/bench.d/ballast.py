"""Data of a size, shaped like SSTables, for a unit to serve from."""
import os
import random

from container import run

BALLAST = "data/bench/ballast-00000000000000000000000000000000/snapshots/ballast"


def make_disk(image, gib):
    with open(image, "wb") as file:
        file.truncate((gib << 30) * 112 // 100 + (1 << 30))


def fill(image, gib, place):
    fill_mib(image, gib << 10, place)


def fill_mib(image, mib, place):
    """Few large SSTables and many small ones, as compaction leaves them."""
    run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image)
    os.makedirs(place)
    run("mount", "-o", "loop", image, place)
    os.makedirs(f"{place}/ballast")
    weights = [2.0 ** -(i // 4) for i in range(26)]
    for number, weight in enumerate(weights):
        with open(f"{place}/ballast/nb-{number + 1}-big-Data.db", "wb", buffering=0) as file:
            for _ in range(int(mib * weight / sum(weights))):
                file.write(random.randbytes(1 << 20))
    run("umount", place)


def take_in(box):
    """Once the unit serves: data that it did not write itself would be a stranger's."""
    box.run("install", "--directory", "--owner=cassandra", "--group=cassandra", f"/var/lib/cassandra/{os.path.dirname(BALLAST)}")
    box.run("mv", "/var/lib/cassandra/ballast", f"/var/lib/cassandra/{BALLAST}")
    box.run("chown", "--recursive", "cassandra:cassandra", "/var/lib/cassandra/data/bench")
