"""Measures folders against each other, a work at a time, each folder in turn. Called by bench/sync/run.

usage: measure.py CONFIG      CONFIG: JSON file {"rounds", "mib", "files", "folders": [{"name", "path", "refresh"}],
                              "processes": {name: pid}}; prints a table and one line of JSON

refresh: a shell command that empties a folder's caches of names and attributes, for those that keep some of their own.
"""

import json
import mmap
import os
import random
import shutil
import statistics
import subprocess
import sys
import tarfile
import time

BLOCK = 1 << 20
PAGE = 4096
READS = 8000
SMALL = b"x" * 1024
TREE_FOLDERS, TREE_FILES = 20, 100

config = json.load(open(sys.argv[1]))
MIB, FILES = config["mib"], config["files"]
noise = mmap.mmap(-1, BLOCK)
noise.write(os.urandom(BLOCK))


def timed(work, *arguments):
    start = time.monotonic()
    work(*arguments)
    return time.monotonic() - start


def drop_pages(path):
    """Takes a file's pages out of the kernel's cache; what is dirty stays, so the file was synchronized before."""
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def drop_names(folder):
    """Empties the kernel's cache of names and inodes, and the folder's own."""
    with open("/proc/sys/vm/drop_caches", "w") as drop:
        drop.write("2")
    if folder.get("refresh"):
        subprocess.run(folder["refresh"], shell=True, check=True, stdout=subprocess.DEVNULL)


def write(path):
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o644)
    for _ in range(MIB):
        os.write(descriptor, noise)
    os.fsync(descriptor)
    os.close(descriptor)


def read(path):
    buffer = bytearray(BLOCK)
    descriptor = os.open(path, os.O_RDONLY)
    total = 0
    while count := os.readv(descriptor, [buffer]):
        total += count
    os.close(descriptor)
    assert total == MIB * BLOCK


def read_randomly(path, seed, reads):
    chooser = random.Random(seed)
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)
    for place in [chooser.randrange(MIB * BLOCK // PAGE) * PAGE for _ in range(reads)]:
        os.pread(descriptor, PAGE, place)
    os.close(descriptor)


def in_processes(count, work):
    """Seconds from the moment at which all start until the last has ended."""
    children = []
    for number in range(count):
        go, start = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(start)
            os.read(go, 1)
            try:
                work(number)
                os._exit(0)
            except BaseException as e:
                print(e, file=sys.stderr)
                os._exit(1)
        os.close(go)
        children.append((child, start))
    time.sleep(0.05)
    began = time.monotonic()
    for _, start in children:
        os.close(start)
    for child, _ in children:
        if os.waitpid(child, 0)[1] != 0:
            raise SystemExit("a reader failed")
    return time.monotonic() - began


def make(folder):
    for number in range(FILES):
        descriptor = os.open(f"{folder}/{number}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        os.write(descriptor, SMALL)
        os.close(descriptor)


def look(folder):
    for number in range(FILES):
        os.stat(f"{folder}/{number}")


def remove(folder):
    for number in range(FILES):
        os.unlink(f"{folder}/{number}")


def make_archive(path):
    folder = path + ".tree"
    for number in range(TREE_FOLDERS):
        os.makedirs(f"{folder}/{number}")
        for file in range(TREE_FILES):
            with open(f"{folder}/{number}/{file}", "wb") as out:
                out.write(SMALL * (1 + (number * TREE_FILES + file) % 16))
    with tarfile.open(path, "w") as archive:
        archive.add(folder, ".")
    shutil.rmtree(folder)


# One work after another on one folder, so that each finds what the one before left. Yields (work, amount per second).
def large_file(folder, round_number):
    path = folder["path"] + "/large"
    yield "write", MIB / timed(write, path)
    drop_pages(path)
    yield "cold read", MIB / timed(read, path)
    yield "warm read", MIB / timed(read, path)
    drop_pages(path)
    yield "random read", READS / in_processes(1, lambda _: read_randomly(path, round_number, READS))
    drop_pages(path)
    yield "four readers", 4 * READS / in_processes(
        4, lambda number: read_randomly(path, round_number * 4 + number, READS))
    os.unlink(path)


def small_files(folder, round_number):
    path = folder["path"] + "/many"
    os.mkdir(path)
    yield "create", FILES / timed(make, path)
    drop_names(folder)
    yield "stat", FILES / timed(look, path)
    drop_names(folder)
    yield "delete", FILES / timed(remove, path)
    os.rmdir(path)


def tree(folder, round_number):
    path = folder["path"] + "/tree"
    os.mkdir(path)
    yield "untar", TREE_FOLDERS * TREE_FILES / timed(
        lambda: subprocess.run(["tar", "xf", config["archive"], "-C", path], check=True))
    drop_names(folder)
    yield "ls -lR", TREE_FOLDERS * TREE_FILES / timed(
        lambda: subprocess.run(["ls", "-lR", path], check=True, stdout=subprocess.DEVNULL))
    shutil.rmtree(path)


WORKS = [large_file, small_files, tree]
UNITS = {"write": "MiB/s", "cold read": "MiB/s", "warm read": "MiB/s", "random read": "reads/s",
         "four readers": "reads/s", "create": "files/s", "stat": "files/s", "delete": "files/s", "untar": "files/s",
         "ls -lR": "files/s"}
# Least ratio to the passthrough, and to sshfs.
GOALS = {"write": (0.8, 2), "cold read": (0.8, 2), "warm read": (0.9, None), "random read": (0.4, 2),
         "four readers": (0.4, 2), "create": (0.5, 3), "stat": (0.5, 3), "delete": (0.5, 3), "untar": (0.5, 3),
         "ls -lR": (None, None)}


def peak_memory(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    raise SystemExit(f"process {pid} has ended")


def main():
    make_archive(config["archive"])
    rates = {}
    for round_number in range(config["rounds"] + 1):
        for work in WORKS:
            if config["only"] and work.__name__ not in config["only"]:
                continue
            for folder in config["folders"]:
                for name, rate in work(folder, round_number):
                    # The first round warms up: programs of Java's are compiled while they run.
                    if round_number > 0:
                        rates.setdefault(name, {}).setdefault(folder["name"], []).append(rate)
    memory = {name: peak_memory(pid) for name, pid in config["processes"].items()}
    report(rates, memory)


def report(rates, memory):
    names = [folder["name"] for folder in config["folders"]]
    result = {"mib": MIB, "files": FILES, "rounds": config["rounds"], "statistic": config["statistic"], "works": {},
              "memory_mib": memory}
    choose = max if config["statistic"] == "best" else statistics.median
    print("| work | unit | " + " | ".join(names) + " | to passthrough | goal | to sshfs | goal |")
    print("|---" * (len(names) + 6) + "|")
    for work, by_folder in rates.items():
        line = {name: choose(values) for name, values in by_folder.items()}
        ratios = [line["cloister"] / line[other] if other in line else None for other in ("passthrough", "sshfs")]
        result["works"][work] = {name: round(value, 1) for name, value in line.items()}
        result["works"][work]["ratios"] = [ratio and round(ratio, 3) for ratio in ratios]
        result["works"][work]["goals"] = GOALS[work]
        cells = [work, UNITS[work]] + [f"{line[name]:,.0f}" for name in names]
        for ratio, goal in zip(ratios, GOALS[work]):
            cells += ["" if ratio is None else f"{ratio:.2f}", "" if goal is None else f"{goal}"]
        print("| " + " | ".join(cells) + " |")
    print("\nresident memory at most, MiB: " + ", ".join(f"{name} {mib}" for name, mib in memory.items()))
    print(json.dumps(result))


main()
