"""Random operations on one file beside a model of it in memory.

    random_operations.py FOLDER SEED COUNT [FROM]

The file is open through several descriptors and mapped. After each operation what it returned is compared, and now and
then the whole file and its size. A difference prints the seed and the shortest tail of operations that shows it.
"""

import ctypes
import errno
import mmap
import os
import random
import sys

LIMIT = 300_000
HANDLES = 3
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
KEEP_SIZE, PUNCH_HOLE = 1, 2


class Different(Exception):
    pass


class Files:
    """The real file: descriptors, and a mapping of it."""

    def __init__(self, path):
        self.path = path
        self.names = 1
        self.fds = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)]
        self.fds += [os.open(path, os.O_RDWR) for _ in range(HANDLES - 1)]
        self.view = None

    def close(self):
        self.unmap()
        for fd in self.fds:
            os.close(fd)
        if os.path.exists(self.path):
            os.unlink(self.path)

    def unmap(self):
        if self.view is not None:
            self.view.close()
            self.view = None

    def map(self, size, number):
        self.unmap()
        if size > 0:
            self.view = mmap.mmap(self.fds[number], size)


def same(what, real, expected):
    if real != expected:
        at = next((i for i, (a, b) in enumerate(zip(real, expected)) if a != b), min(len(real), len(expected))) \
            if isinstance(real, (bytes, bytearray)) else ""
        raise Different(f"{what}: differs at {at} (lengths {len(real)} and {len(expected)})"
                        if at != "" else f"{what}: {real} and not {expected}")


def resize(model, size):
    if size < len(model):
        del model[size:]
    else:
        model.extend(bytes(size - len(model)))


def put(model, offset, data):
    if offset + len(data) > len(model):
        resize(model, offset + len(data))
    model[offset:offset + len(data)] = data


def fallocate(fd, mode, offset, length):
    if LIBC.fallocate(fd, mode, offset, length) != 0:
        raise OSError(ctypes.get_errno(), "fallocate")


def plan(rng):
    """One operation: a name and numbers, chosen without looking at the file, so that a tail of them can be replayed."""
    kind = rng.choices(
        ["write", "read", "mapwrite", "mapread", "truncate", "path_truncate", "append", "punch", "grow", "keep", "sync",
         "datasync", "reopen", "check", "map", "unmap", "flush", "rename", "unlink", "times"],
        [24, 24, 14, 12, 6, 2, 4, 5, 2, 1, 1, 1, 4, 3, 4, 1, 2, 1, 1, 1])[0]
    length = rng.choice([1, rng.randrange(1, 100), rng.randrange(1, 5000), 4096, rng.randrange(1, 70_000)])
    offset = rng.randrange(LIMIT - length)
    if rng.random() < 0.3:
        offset -= offset % 4096
    return kind, rng.randrange(HANDLES), offset, length, rng.randrange(256)


def apply(files, model, operation):
    kind, number, offset, length, byte = operation
    fd = files.fds[number]
    data = bytes((byte + i) & 255 for i in range(min(length, 251))) * (length // 251 + 1)
    data = data[:length]
    match kind:
        case "write":
            same("written", os.pwrite(fd, data, offset), length)
            put(model, offset, data)
        case "read":
            same("read", os.pread(fd, length, offset), bytes(model[offset:offset + length]))
        case "append":
            if len(model) + length <= LIMIT and files.names:
                appender = os.open(files.path, os.O_WRONLY | os.O_APPEND)
                same("appended", os.write(appender, data), length)
                os.close(appender)
                put(model, len(model), data)
        case "mapwrite" | "mapread":
            # Only inside both: a mapping beyond the file's end is a signal, not an error.
            limit = min(len(files.view), len(model)) if files.view is not None else 0
            if offset < limit:
                end = min(offset + length, limit)
                if kind == "mapwrite":
                    files.view[offset:end] = data[:end - offset]
                    model[offset:end] = data[:end - offset]
                else:
                    same("mapped", files.view[offset:end], bytes(model[offset:end]))
        case "truncate":
            os.ftruncate(fd, offset)
            resize(model, offset)
        case "path_truncate":
            if files.names:
                os.truncate(files.path, offset)
                resize(model, offset)
        case "punch":
            fallocate(fd, PUNCH_HOLE | KEEP_SIZE, offset, length)
            end = min(len(model), offset + length)
            if offset < end:
                model[offset:end] = bytes(end - offset)
        case "grow":
            fallocate(fd, 0, offset, length)
            resize(model, max(len(model), offset + length))
        case "keep":
            fallocate(fd, KEEP_SIZE, offset, length)
        case "sync":
            os.fsync(fd)
        case "datasync":
            os.fdatasync(fd)
        case "reopen":
            if files.names:
                os.close(fd)
                files.fds[number] = os.open(files.path, os.O_RDWR)
        case "map":
            files.map(len(model), number)
        case "unmap":
            files.unmap()
        case "flush":
            if files.view is not None and len(files.view) <= len(model):
                files.view.flush()
        case "rename":
            if files.names:
                other = files.path + "x" if not files.path.endswith("x") else files.path[:-1]
                os.rename(files.path, other)
                files.path = other
        case "unlink":
            if files.names and byte < 40:
                os.unlink(files.path)
                files.names = 0
        case "times":
            os.utime(fd, ns=(byte, offset))
        case "check":
            check(files, model)


def check(files, model):
    for fd in files.fds:
        same("size", os.fstat(fd).st_size, len(model))
    if files.names:
        same("size by name", os.stat(files.path).st_size, len(model))
        with open(files.path, "rb") as file:
            same("content by name", file.read(), bytes(model))
    same("content", os.pread(files.fds[0], LIMIT + 1, 0), bytes(model))


def replay(folder, operations):
    """Returns what is different, or None; a file that has lost its name is replaced by a fresh one."""
    files, model = Files(os.path.join(folder, "file")), bytearray()
    since = 0
    try:
        for number, operation in enumerate(operations):
            if not files.names and number - since > 200:
                check(files, model)
                files.close()
                files, model, since = Files(os.path.join(folder, "file")), bytearray(), number
            if files.names:
                since = number
            try:
                apply(files, model, operation)
            except (Different, OSError) as error:
                return number, operation, error
        check(files, model)
        return None
    except Different as error:
        return len(operations), ("end",), error
    finally:
        files.close()


def shortest(folder, operations):
    """Leaves out ever smaller parts as long as the difference stays."""
    part = len(operations) // 2
    while part > 0:
        at = 0
        while at < len(operations):
            shorter = operations[:at] + operations[at + part:]
            if replay(folder, shorter) is not None:
                operations = shorter
            else:
                at += part
        part //= 2
    return operations


def main(folder, seed, count):
    rng = random.Random(seed)
    operations = [plan(rng) for _ in range(count)]
    found = replay(folder, operations)
    if found is None:
        print(f"ok seed {seed}, {count} operations")
        return 0
    number, operation, error = found
    print(f"FAILED seed {seed}, operation {number} {operation}: {error}", flush=True)
    tail = operations[max(0, number - 2000):number + 1]
    # A difference that depends on time may not come again; then what led to it is all there is to tell.
    again = replay(folder, tail)
    for line in shortest(folder, tail) if again is not None else tail[-40:]:
        print("   ", *line)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
