"""Cases that hold on every POSIX file system, each a function that gets an empty working folder.

    conformance.py list
    conformance.py run FOLDER [CASE...]

Written from the text of POSIX.1-2017 and Linux's manual pages. Prints "ok CASE", or "FAILED CASE" and why.
"""

import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
import traceback

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
LIBC.renameat2.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
KEEP_SIZE, PUNCH_HOLE = 1, 2
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2
IS_MOUNT = False


@contextlib.contextmanager
def fails(*numbers):
    try:
        yield
    except OSError as error:
        expected = [errno.errorcode[n] for n in numbers]
        assert error.errno in numbers, f"{errno.errorcode.get(error.errno)} and not {expected}"
    else:
        raise AssertionError(f"succeeded; expected {[errno.errorcode[n] for n in numbers]}")


def write(path, content=b"content"):
    with open(path, "wb") as file:
        file.write(content)


def read(path):
    with open(path, "rb") as file:
        return file.read()


@contextlib.contextmanager
def opened(path, flags, mode=0o644):
    fd = os.open(path, flags, mode)
    try:
        yield fd
    finally:
        os.close(fd)


def allocate(fd, mode, offset, length):
    if LIBC.fallocate(fd, mode, offset, length) != 0:
        raise OSError(ctypes.get_errno(), "fallocate")


def rename2(source, target, flags):
    if LIBC.renameat2(-100, source.encode(), -100, target.encode(), flags) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")


def changes(path, action, *which):
    """The named times of a file move forward with an action, and no other one does."""
    before = os.lstat(path)
    time.sleep(0.02)
    action()
    after = os.lstat(path)
    for name in ("st_ctime_ns", "st_mtime_ns"):
        if name in which:
            assert getattr(after, name) > getattr(before, name), f"{name} did not move"
        else:
            assert getattr(after, name) == getattr(before, name), f"{name} moved"


CTIME, MTIME = "st_ctime_ns", "st_mtime_ns"


# --- open -------------------------------------------------------------------------------------------------------------

def open_makes_a_file_with_its_mode():
    old = os.umask(0o022)
    try:
        with opened("f", os.O_CREAT | os.O_WRONLY, 0o666):
            pass
        assert stat.S_IMODE(os.stat("f").st_mode) == 0o644
        os.umask(0)
        with opened("g", os.O_CREAT | os.O_WRONLY, 0o741):
            pass
        assert stat.S_IMODE(os.stat("g").st_mode) == 0o741
        assert os.stat("g").st_size == 0
    finally:
        os.umask(old)


def open_with_mode_that_forbids_writing_still_writes():
    with opened("f", os.O_CREAT | os.O_RDWR, 0o400) as fd:
        assert os.write(fd, b"x") == 1
    assert read("f") == b"x"


def open_of_a_missing_file_is_enoent():
    for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR | os.O_TRUNC):
        with fails(errno.ENOENT), opened("missing", flags):
            pass
    with fails(errno.ENOENT), opened("missing/f", os.O_CREAT | os.O_WRONLY):
        pass


def open_below_a_file_is_enotdir():
    write("f")
    for path in ("f/x", "f/x/y", "f/"):
        with fails(errno.ENOTDIR), opened(path, os.O_RDONLY):
            pass


def open_exclusive_fails_when_anything_is_there():
    write("f")
    os.mkdir("d")
    os.symlink("nowhere", "dangling")
    os.symlink("f", "link")
    for name in ("f", "d", "dangling", "link"):
        with fails(errno.EEXIST), opened(name, os.O_CREAT | os.O_EXCL | os.O_RDWR):
            pass
    assert not os.path.lexists("nowhere")


def open_create_follows_a_dangling_link():
    os.symlink("made", "link")
    with opened("link", os.O_CREAT | os.O_WRONLY) as fd:
        os.write(fd, b"x")
    assert read("made") == b"x"


def open_of_a_directory_for_writing_is_eisdir():
    os.mkdir("d")
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_CREAT):
        with fails(errno.EISDIR), opened("d", flags):
            pass
    with opened("d", os.O_RDONLY) as fd:
        with fails(errno.EISDIR):
            os.read(fd, 1)


def open_directory_flag_refuses_files():
    write("f")
    with fails(errno.ENOTDIR), opened("f", os.O_RDONLY | os.O_DIRECTORY):
        pass
    os.mkdir("d")
    with opened("d", os.O_RDONLY | os.O_DIRECTORY):
        pass


def open_nofollow_refuses_links():
    write("f")
    os.symlink("f", "link")
    with fails(errno.ELOOP), opened("link", os.O_RDONLY | os.O_NOFOLLOW):
        pass
    with opened("f", os.O_RDONLY | os.O_NOFOLLOW):
        pass


def open_truncate_empties():
    write("f", b"x" * 100000)
    with opened("f", os.O_WRONLY | os.O_TRUNC) as fd:
        assert os.fstat(fd).st_size == 0
    assert read("f") == b""
    write("g", b"12345")
    with opened("g", os.O_RDWR | os.O_CREAT | os.O_TRUNC) as fd:
        os.write(fd, b"a")
    assert read("g") == b"a"


def open_truncate_moves_times():
    write("f", b"12345")
    changes("f", lambda: os.close(os.open("f", os.O_WRONLY | os.O_TRUNC)), CTIME, MTIME)


def open_loop_of_links_is_eloop():
    os.symlink("b", "a")
    os.symlink("a", "b")
    for action in (lambda: open("a"), lambda: os.stat("a"), lambda: os.chmod("a", 0o600), lambda: os.mkdir("a/x"),
                   lambda: os.truncate("a", 0), lambda: os.rename("a/x", "c"), lambda: os.unlink("a/x")):
        with fails(errno.ELOOP):
            action()


def names_up_to_255_bytes_are_taken_and_longer_ones_refused():
    longest, longer = "n" * 255, "n" * 256
    write(longest)
    os.rename(longest, "m" * 255)
    os.mkdir(longest)
    os.rmdir(longest)
    for action in (lambda: open(longer, "w"), lambda: os.stat(longer), lambda: os.mkdir(longer),
                   lambda: os.unlink(longer), lambda: os.rmdir(longer), lambda: os.rename("m" * 255, longer),
                   lambda: os.symlink("x", longer), lambda: os.link("m" * 255, longer), lambda: os.chmod(longer, 0),
                   lambda: os.truncate(longer, 0), lambda: os.utime(longer), lambda: os.readlink(longer),
                   lambda: os.chown(longer, -1, -1), lambda: os.listdir(longer)):
        with fails(errno.ENAMETOOLONG):
            action()


def paths_of_more_than_4095_bytes_are_refused():
    for action in (lambda p: open(p, "w"), os.stat, os.mkdir, os.unlink, os.rmdir, lambda p: os.symlink("x", p)):
        with fails(errno.ENAMETOOLONG):
            action("./" * 2048 + "f")
    write("./" * 2047 + "f")
    assert os.listdir(".") == ["f"]


def deep_folders_work_to_the_longest_path():
    home = os.open(".", os.O_RDONLY)
    try:
        name = "d" * 200
        for _ in range(15):
            os.mkdir(name)
            os.chdir(name)
        write("leaf")
        assert read("leaf") == b"content"
        os.unlink("leaf")
        for _ in range(15):
            os.chdir("..")
            os.rmdir(name)
    finally:
        os.fchdir(home)
        os.close(home)


def names_are_bytes():
    for name in (b"caf\xe9 \xff", b" ", b"-rf", b"a\nb", b"*?", "文件 ∂".encode(), b"...", b"a" * 255):
        write(name, name)
        assert read(name) == name
        assert os.listdir(b".") == [name]
        os.unlink(name)


# --- read and write ---------------------------------------------------------------------------------------------------

def read_and_write_honour_the_mode():
    write("f")
    with opened("f", os.O_RDONLY) as fd, fails(errno.EBADF):
        os.write(fd, b"x")
    with opened("f", os.O_WRONLY) as fd, fails(errno.EBADF):
        os.read(fd, 1)


def read_stops_at_the_end():
    write("f", b"12345")
    with opened("f", os.O_RDONLY) as fd:
        assert os.pread(fd, 10, 3) == b"45"
        assert os.pread(fd, 10, 5) == b""
        assert os.pread(fd, 10, 1 << 40) == b""
        with fails(errno.EINVAL):
            os.pread(fd, 1, -1)


def write_behind_the_end_leaves_zeros():
    write("f", b"abc")
    with opened("f", os.O_RDWR) as fd:
        assert os.pwrite(fd, b"z", 300000) == 1
        assert os.pread(fd, 300001, 0) == b"abc" + bytes(299997) + b"z"
    assert os.stat("f").st_size == 300001


def write_moves_times():
    write("f")
    def action():
        with opened("f", os.O_WRONLY) as fd:
            os.write(fd, b"x")
    changes("f", action, CTIME, MTIME)
    changes("f", lambda: read("f"))


def large_content_survives():
    content = os.urandom(5_000_003)
    write("f", content)
    assert read("f") == content
    with opened("f", os.O_RDWR) as fd:
        os.pwrite(fd, b"#" * 300_000, 1_234_567)
        assert os.pread(fd, 300_000, 1_234_567) == b"#" * 300_000
    assert read("f") == content[:1_234_567] + b"#" * 300_000 + content[1_534_567:]


def append_goes_to_the_end_whatever_the_offset():
    write("f", b"start ")
    with opened("f", os.O_RDWR | os.O_APPEND) as fd:
        os.lseek(fd, 0, os.SEEK_SET)
        os.write(fd, b"one ")
        os.ftruncate(fd, 3)
        os.write(fd, b"two")
    assert read("f") == b"statwo"


def append_of_two_descriptors_loses_nothing():
    with opened("f", os.O_CREAT | os.O_WRONLY | os.O_APPEND) as a, opened("f", os.O_RDWR | os.O_APPEND) as b:
        for i in range(50):
            os.write(a, b"a%02d\n" % i)
            os.write(b, b"b%02d\n" % i)
    assert read("f") == b"".join(b"a%02d\nb%02d\n" % (i, i) for i in range(50))


def append_of_two_processes_keeps_records_whole():
    script = "import os,sys\nf=os.open('f',os.O_WRONLY|os.O_APPEND)\n" \
             "for i in range(400): os.write(f, (sys.argv[1]*99+'\\n').encode())"
    write("f", b"")
    writers = [subprocess.Popen([sys.executable, "-c", script, who]) for who in "xy"]
    assert [w.wait() for w in writers] == [0, 0]
    lines = read("f").split(b"\n")
    assert lines.pop() == b""
    assert len(lines) == 800, f"{len(lines)} records of 800"
    assert all(line in (b"x" * 99, b"y" * 99) for line in lines)


def other_descriptor_sees_what_was_written():
    with opened("f", os.O_CREAT | os.O_RDWR) as a, opened("f", os.O_RDWR) as b:
        os.write(a, b"one")
        assert os.pread(b, 10, 0) == b"one"
        assert os.fstat(b).st_size == 3
        os.pwrite(b, b"two", 0)
        assert os.pread(a, 10, 0) == b"two"


def vectors_are_written_and_read():
    with opened("f", os.O_CREAT | os.O_RDWR) as fd:
        assert os.writev(fd, [b"ab", b"", b"cde"]) == 5
        parts = [bytearray(1), bytearray(4)]
        assert os.preadv(fd, parts, 0) == 5
        assert parts == [b"a", b"bcde"]


def negative_seek_is_einval():
    write("f")
    with opened("f", os.O_RDONLY) as fd:
        with fails(errno.EINVAL):
            os.lseek(fd, -1, os.SEEK_SET)
        assert os.lseek(fd, -2, os.SEEK_END) == 5
        assert os.lseek(fd, 10, os.SEEK_CUR) == 15


# --- truncate, holes, room --------------------------------------------------------------------------------------------

def truncate_shortens_and_lengthens_with_zeros():
    write("f", b"0123456789" * 1000)
    for size in (5000, 3, 70000, 0, 1):
        os.truncate("f", size)
        assert os.stat("f").st_size == size
    assert read("f") == b"\0"
    write("g", b"abcdef")
    os.truncate("g", 2)
    os.truncate("g", 6)
    assert read("g") == b"ab\0\0\0\0"


def truncate_moves_times():
    write("f", b"0123456789")
    changes("f", lambda: os.truncate("f", 5), CTIME, MTIME)
    changes("f", lambda: os.truncate("f", 50), CTIME, MTIME)
    with opened("f", os.O_RDWR) as fd:
        changes("f", lambda: os.ftruncate(fd, 0), CTIME, MTIME)


def truncate_fails_by_the_book():
    os.mkdir("d")
    write("f")
    with fails(errno.EISDIR):
        os.truncate("d", 0)
    with fails(errno.ENOENT):
        os.truncate("missing", 0)
    with fails(errno.ENOTDIR):
        os.truncate("f/x", 0)
    with fails(errno.EINVAL):
        os.truncate("f", -1)
    with opened("f", os.O_RDONLY) as fd, fails(errno.EINVAL):
        os.ftruncate(fd, 0)
    assert read("f") == b"content"


def truncated_tail_does_not_come_back():
    write("f", b"x" * 10000)
    with opened("f", os.O_RDWR) as fd:
        os.ftruncate(fd, 5000)
        os.pwrite(fd, b"y", 9999)
        assert os.pread(fd, 5000, 5000) == bytes(4999) + b"y"


def sparse_file_takes_little_room():
    with opened("f", os.O_CREAT | os.O_RDWR) as fd:
        os.ftruncate(fd, 50 << 20)
        os.pwrite(fd, b"x", 25 << 20)
        os.fsync(fd)
    status = os.stat("f")
    assert status.st_size == 50 << 20
    assert status.st_blocks * 512 < 1 << 20, status.st_blocks


def holes_and_data_are_found():
    with opened("f", os.O_CREAT | os.O_RDWR) as fd:
        os.ftruncate(fd, 8 << 20)
        os.pwrite(fd, b"x" * 4096, 4 << 20)
        os.fsync(fd)
        assert 0 < os.lseek(fd, 0, os.SEEK_DATA) <= 4 << 20
        assert os.lseek(fd, 0, os.SEEK_HOLE) == 0
        assert (4 << 20) + 4096 <= os.lseek(fd, 4 << 20, os.SEEK_HOLE) < 8 << 20
        for whence in (os.SEEK_DATA, os.SEEK_HOLE):
            with fails(errno.ENXIO):
                os.lseek(fd, 9 << 20, whence)
        with fails(errno.ENXIO):
            os.lseek(fd, 7 << 20, os.SEEK_DATA)


def allocation_grows_and_keeps():
    with opened("f", os.O_CREAT | os.O_RDWR) as fd:
        os.posix_fallocate(fd, 10, 90)
        assert os.fstat(fd).st_size == 100
        allocate(fd, KEEP_SIZE, 0, 1 << 20)
        assert os.fstat(fd).st_size == 100
        assert os.fstat(fd).st_blocks >= 2048
        os.pwrite(fd, b"x" * 9000, 0)
        allocate(fd, KEEP_SIZE | PUNCH_HOLE, 1000, 5000)
        assert os.pread(fd, 9000, 0) == b"x" * 1000 + bytes(5000) + b"x" * 3000
        assert os.fstat(fd).st_size == 9000


def allocation_fails_by_the_book():
    write("f")
    with opened("f", os.O_RDONLY) as fd, fails(errno.EBADF):
        allocate(fd, 0, 0, 10)
    with opened("f", os.O_RDWR) as fd:
        for offset, length in ((0, 0), (-1, 10), (0, -1)):
            with fails(errno.EINVAL):
                allocate(fd, 0, offset, length)
        with fails(errno.EFBIG):
            allocate(fd, 0, (1 << 63) - 1, 10)
        with fails(errno.ENOSPC, errno.EFBIG):
            allocate(fd, 0, 0, 1 << 50)
        with fails(errno.ENOSPC, errno.EFBIG):
            allocate(fd, KEEP_SIZE, 0, 1 << 50)
        with fails(errno.EOPNOTSUPP):
            allocate(fd, PUNCH_HOLE, 0, 10)
    assert read("f") == b"content"


# --- mkdir, rmdir, readdir --------------------------------------------------------------------------------------------

def mkdir_makes_an_empty_folder():
    os.mkdir("d", 0o751)
    status = os.stat("d")
    assert stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o751 & ~umask()
    assert os.listdir("d") == []


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def mkdir_fails_by_the_book():
    write("f")
    os.mkdir("d")
    os.symlink("nowhere", "dangling")
    for name in ("f", "d", "dangling", "."):
        with fails(errno.EEXIST):
            os.mkdir(name)
    with fails(errno.ENOENT):
        os.mkdir("a/b")
    with fails(errno.ENOTDIR):
        os.mkdir("f/b")


def mkdir_and_rmdir_move_the_parents_times():
    os.mkdir("p")
    changes("p", lambda: os.mkdir("p/d"), CTIME, MTIME)
    changes("p", lambda: os.rmdir("p/d"), CTIME, MTIME)
    changes("p", lambda: write("p/f"), CTIME, MTIME)
    changes("p", lambda: os.rename("p/f", "p/g"), CTIME, MTIME)
    changes("p", lambda: os.link("p/g", "p/h"), CTIME, MTIME)
    changes("p", lambda: os.unlink("p/h"), CTIME, MTIME)
    changes("p", lambda: os.symlink("x", "p/s"), CTIME, MTIME)
    changes("p", lambda: os.rename("p/g", "q"), CTIME, MTIME)
    changes("p", lambda: write("q", b"more"))


def rmdir_fails_by_the_book():
    os.mkdir("d")
    write("d/f")
    write("f")
    os.symlink("d", "link")
    with fails(errno.ENOTEMPTY, errno.EEXIST):
        os.rmdir("d")
    for name in ("f", "link", "f/x"):
        with fails(errno.ENOTDIR):
            os.rmdir(name)
    with fails(errno.ENOENT):
        os.rmdir("missing")
    with fails(errno.EINVAL):
        os.rmdir("d/.")
    with fails(errno.ENOTEMPTY, errno.EEXIST):
        os.rmdir("d/..")
    assert read("d/f") == b"content"


def folders_count_their_subfolders():
    os.mkdir("d")
    assert os.stat("d").st_nlink == 2
    os.mkdir("d/e")
    assert os.stat("d").st_nlink == 3
    os.mkdir("other")
    os.rename("d/e", "other/e")
    assert os.stat("d").st_nlink == 2 and os.stat("other").st_nlink == 3
    os.rmdir("other/e")
    assert os.stat("other").st_nlink == 2


def listing_tells_names_and_kinds():
    os.mkdir("d")
    write("f")
    os.symlink("f", "l")
    with os.scandir(".") as entries:
        kinds = {e.name: (e.is_dir(follow_symlinks=False), e.is_symlink()) for e in entries}
    assert kinds == {"d": (True, False), "f": (False, False), "l": (False, True)}
    inodes = {e.name: e.inode() for e in os.scandir(".")}
    assert inodes == {n: os.lstat(n).st_ino for n in ("d", "f", "l")}


def listing_of_many_is_whole_and_without_doubles():
    os.mkdir("many")
    names = {f"file-{i:05d}-{'x' * (i % 60)}" for i in range(3000)}
    for name in names:
        os.close(os.open("many/" + name, os.O_CREAT | os.O_WRONLY))
    listed = os.listdir("many")
    assert len(listed) == 3000 and set(listed) == names
    shutil.rmtree("many")
    assert not os.path.exists("many")


def listing_while_removing_skips_nothing():
    for i in range(1500):
        os.close(os.open(f"f{i}", os.O_CREAT | os.O_WRONLY))
    with os.scandir(".") as entries:
        for entry in entries:
            os.unlink(entry.name)
    assert os.listdir(".") == []


# --- unlink -----------------------------------------------------------------------------------------------------------

def unlink_fails_by_the_book():
    os.mkdir("d")
    write("f")
    with fails(errno.ENOENT):
        os.unlink("missing")
    with fails(errno.EISDIR, errno.EPERM):
        os.unlink("d")
    with fails(errno.ENOTDIR):
        os.unlink("f/x")


def unlink_removes_the_link_and_not_its_target():
    write("f")
    os.symlink("f", "link")
    os.unlink("link")
    assert read("f") == b"content"


def unlink_lowers_the_count_and_moves_ctime():
    write("f")
    os.link("f", "g")
    changes("f", lambda: os.unlink("g"), CTIME)
    assert os.stat("f").st_nlink == 1


def unlinked_open_file_works_on():
    with opened("f", os.O_CREAT | os.O_RDWR) as fd:
        os.write(fd, b"before ")
        os.unlink("f")
        assert os.listdir(".") == []
        os.write(fd, b"after")
        assert os.pread(fd, 100, 0) == b"before after"
        assert os.fstat(fd).st_nlink == 0
        os.ftruncate(fd, 3)
        assert os.fstat(fd).st_size == 3
        os.fsync(fd)
        os.fchmod(fd, 0o600)
        assert stat.S_IMODE(os.fstat(fd).st_mode) == 0o600
        os.utime(fd, ns=(1, 2))
        assert os.fstat(fd).st_mtime_ns == 2
        write("f", b"another")
        assert os.pread(fd, 100, 0) == b"bef"
    assert read("f") == b"another"


def unlinked_file_is_truncated_through_its_writer_beside_readers():
    write("f", b"0123456789")
    with opened("f", os.O_RDONLY) as r1, opened("f", os.O_RDWR) as w, opened("f", os.O_RDONLY) as r2:
        os.unlink("f")
        os.ftruncate(w, 4)
        assert os.fstat(r1).st_size == os.fstat(r2).st_size == os.fstat(w).st_size == 4
        os.truncate(w, 6)
        assert os.pread(r2, 10, 0) == b"0123\0\0"
        with fails(errno.EINVAL):
            os.ftruncate(r1, 0)


def unlinked_file_outlives_its_folder():
    os.mkdir("d")
    with opened("d/f", os.O_CREAT | os.O_RDWR) as fd:
        os.write(fd, b"12345")
        os.unlink("d/f")
        os.rename("d", "e")
        assert os.fstat(fd).st_size == 5
        os.rmdir("e")
        os.ftruncate(fd, 2)
        assert os.pread(fd, 10, 0) == b"12"
        assert os.fstat(fd).st_size == 2
        assert os.fstat(fd).st_nlink == 0


def unlinked_file_with_another_name_is_that_file():
    write("f", b"12345")
    os.link("f", "g")
    with opened("f", os.O_RDWR) as fd:
        os.unlink("f")
        os.pwrite(fd, b"X", 0)
        assert os.fstat(fd).st_nlink == 1
        assert read("g") == b"X2345"


def removed_folder_that_is_open_lists_nothing():
    os.mkdir("d")
    with opened("d", os.O_RDONLY) as fd:
        os.rmdir("d")
        assert not os.path.exists("d")


# --- rename -----------------------------------------------------------------------------------------------------------

def rename_moves_and_replaces():
    write("a", b"a")
    write("b", b"b")
    inode = os.stat("a").st_ino
    os.rename("a", "b")
    assert read("b") == b"a" and not os.path.exists("a") and os.stat("b").st_ino == inode
    os.mkdir("d")
    os.rename("b", "d/c")
    assert os.listdir(".") == ["d"] and read("d/c") == b"a"


def rename_of_folders():
    os.mkdir("a")
    write("a/f")
    os.mkdir("b")
    os.rename("a", "b")
    assert os.listdir(".") == ["b"] and os.listdir("b") == ["f"]
    os.mkdir("c")
    os.rename("b", "c/b")
    assert read("c/b/f") == b"content"


def rename_fails_by_the_book():
    write("f")
    os.mkdir("d")
    os.mkdir("d/sub")
    os.mkdir("full")
    write("full/x")
    with fails(errno.ENOENT):
        os.rename("missing", "x")
    with fails(errno.ENOENT):
        os.rename("f", "missing/x")
    with fails(errno.EISDIR):
        os.rename("f", "d")
    with fails(errno.ENOTDIR):
        os.rename("d", "f")
    with fails(errno.ENOTEMPTY, errno.EEXIST):
        os.rename("d", "full")
    with fails(errno.EINVAL):
        os.rename("d", "d/sub/x")
    with fails(errno.EINVAL):
        os.rename("d", "d/x")
    with fails(errno.ENOTEMPTY, errno.EEXIST, errno.EINVAL):
        os.rename("d/sub", "d")
    with fails(errno.ENOTDIR):
        os.rename("f/x", "y")
    with fails(errno.ENOTDIR):
        os.rename("f", "f/x")
    with fails(errno.EINVAL, errno.EBUSY):
        os.rename("d/.", "y")
    with fails(errno.EINVAL, errno.EBUSY):
        os.rename("f", "d/..")
    assert sorted(os.listdir(".")) == ["d", "f", "full"]


def rename_to_itself_or_its_other_name_does_nothing():
    write("a")
    os.rename("a", "a")
    os.link("a", "b")
    os.rename("a", "b")
    assert sorted(os.listdir(".")) == ["a", "b"]


def rename_acts_on_links_themselves():
    os.symlink("nowhere", "l")
    os.rename("l", "m")
    assert os.readlink("m") == "nowhere"
    write("f")
    os.rename("f", "m")
    assert read("m") == b"content" and not os.path.islink("m")


def rename_moves_ctime_and_keeps_mtime():
    write("a")
    before = os.stat("a")
    time.sleep(0.02)
    os.rename("a", "b")
    assert os.stat("b").st_mtime_ns == before.st_mtime_ns


def rename_over_an_open_file_leaves_it_readable():
    write("old", b"old")
    write("new", b"new")
    with opened("old", os.O_RDWR) as fd:
        os.rename("new", "old")
        assert os.listdir(".") == ["old"]
        assert os.pread(fd, 10, 0) == b"old" and os.fstat(fd).st_nlink == 0
        os.pwrite(fd, b"OLD", 0)
        os.ftruncate(fd, 2)
        assert os.fstat(fd).st_size == 2
        assert read("old") == b"new"


def rename_of_an_open_file_keeps_it():
    with opened("a", os.O_CREAT | os.O_RDWR) as fd:
        os.rename("a", "b")
        os.write(fd, b"x")
        assert os.fstat(fd).st_nlink == 1 and read("b") == b"x"
    os.mkdir("d")
    with opened("d/f", os.O_CREAT | os.O_RDWR) as fd:
        os.rename("d", "e")
        os.write(fd, b"y")
        assert read("e/f") == b"y"


def rename_noreplace_never_replaces():
    write("a", b"a")
    write("b", b"b")
    unsupported = [errno.EINVAL] if IS_MOUNT else []
    with fails(errno.EEXIST, *unsupported):
        rename2("a", "b", RENAME_NOREPLACE)
    assert (read("a"), read("b")) == (b"a", b"b")
    subprocess.run(["mv", "-n", "a", "b"], check=False)
    assert (read("a"), read("b")) == (b"a", b"b")
    subprocess.run(["mv", "-n", "a", "c"], check=True)
    assert read("c") == b"a"


# --- links ------------------------------------------------------------------------------------------------------------

def link_is_the_same_file():
    write("a")
    changes("a", lambda: os.link("a", "b"), CTIME)
    assert os.stat("a").st_nlink == 2 and os.path.samefile("a", "b")
    with opened("b", os.O_WRONLY) as fd:
        os.write(fd, b"X")
    assert read("a") == b"Xontent"
    os.unlink("a")
    assert os.stat("b").st_nlink == 1


def link_fails_by_the_book():
    write("f")
    write("g")
    os.mkdir("d")
    with fails(errno.EEXIST):
        os.link("f", "g")
    with fails(errno.EPERM):
        os.link("d", "e")
    with fails(errno.ENOENT):
        os.link("missing", "x")
    with fails(errno.ENOENT):
        os.link("f", "missing/x")
    with fails(errno.ENOTDIR):
        os.link("f/x", "y")
    with fails(errno.ENOTDIR):
        os.link("f", "g/x")


def symbolic_links_are_kept():
    for target in ("f", "a/b/../c", "x" * 1000, "é", "x" * 4095):
        os.symlink(target, "l")
        status = os.lstat("l")
        assert stat.S_ISLNK(status.st_mode) and status.st_size == len(target.encode())
        assert not IS_MOUNT or len(target) > 5 or os.readlink("l") == target
        os.unlink("l")
    write("f")
    os.symlink("f", "l")
    assert read("l") == b"content" and os.readlink("l") == "f"
    os.symlink("l", "m")
    os.mkdir("d")
    os.symlink("d", "dl")
    write("dl/x", b"through")
    assert read("d/x") == b"through"


def symlink_fails_by_the_book():
    write("f")
    with fails(errno.EEXIST):
        os.symlink("x", "f")
    with fails(errno.ENOENT):
        os.symlink("", "l")
    with fails(errno.ENOENT):
        os.symlink("x", "missing/l")
    with fails(errno.ENOTDIR):
        os.symlink("x", "f/l")
    with fails(errno.ENAMETOOLONG):
        os.symlink("x" * 4096, "l")
    with fails(errno.EINVAL):
        os.readlink("f")
    with fails(errno.ENOENT):
        os.readlink("missing")


def trailing_slash_demands_a_folder():
    write("f")
    os.mkdir("d")
    os.symlink("d", "l")
    assert stat.S_ISDIR(os.lstat("l/").st_mode)
    for action in (lambda: os.stat("f/"), lambda: os.unlink("f/"), lambda: os.rename("f/", "g")):
        with fails(errno.ENOTDIR):
            action()
    os.mkdir("e/")
    assert os.path.isdir("e")


# --- attributes -------------------------------------------------------------------------------------------------------

def chmod_sets_the_nine_bits():
    write("f")
    os.mkdir("d")
    for mode in (0, 0o777, 0o640, 0o111, 0o644):
        for name in ("f", "d"):
            os.chmod(name, mode)
            assert stat.S_IMODE(os.stat(name).st_mode) == mode
    os.chmod("d", 0o755)
    changes("f", lambda: os.chmod("f", 0o600), CTIME)
    with opened("f", os.O_RDONLY) as fd:
        os.fchmod(fd, 0o444)
        assert stat.S_IMODE(os.fstat(fd).st_mode) == 0o444


def chmod_follows_links():
    write("f")
    os.symlink("f", "l")
    os.chmod("l", 0o600)
    assert stat.S_IMODE(os.stat("f").st_mode) == 0o600


def chmod_fails_by_the_book():
    write("f")
    with fails(errno.ENOENT):
        os.chmod("missing", 0o600)
    with fails(errno.ENOTDIR):
        os.chmod("f/x", 0o600)


def chown_to_oneself_is_allowed():
    write("f")
    os.mkdir("d")
    for name in ("f", "d"):
        status = os.stat(name)
        os.chown(name, status.st_uid, status.st_gid)
        os.chown(name, -1, -1)
        assert (os.stat(name).st_uid, os.stat(name).st_gid) == (status.st_uid, status.st_gid)


def new_files_belong_to_who_makes_them():
    write("f")
    os.mkdir("d")
    os.symlink("f", "l")
    for name in ("f", "d", "l"):
        assert (os.lstat(name).st_uid, os.lstat(name).st_gid) == (os.geteuid(), os.getegid())
        os.chown(name, os.geteuid(), os.getegid(), follow_symlinks=False)


def times_have_nanoseconds():
    write("f")
    os.mkdir("d")
    for name in ("f", "d"):
        for times in ((1_234_567_890_123_456_789, 987_654_321_987_654_321), (0, 999_999_999), (-5, -1_000_000_007)):
            os.utime(name, ns=times)
            assert (os.stat(name).st_atime_ns, os.stat(name).st_mtime_ns) == times


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_int64), ("nanos", ctypes.c_int64)]


NOW, OMIT = (1 << 30) - 1, (1 << 30) - 2


def utimens(path, accessed, modified):
    times = (Timespec * 2)(Timespec(0, accessed), Timespec(0, modified))
    if LIBC.utimensat(-100, path.encode(), times, 0) != 0:
        raise OSError(ctypes.get_errno(), "utimensat")


def times_now_and_omitted():
    write("f")
    os.utime("f", ns=(5, 6))
    utimens("f", OMIT, OMIT)
    assert (os.stat("f").st_atime_ns, os.stat("f").st_mtime_ns) == (5, 6)
    utimens("f", OMIT, 7)
    assert (os.stat("f").st_atime_ns, os.stat("f").st_mtime_ns) == (5, 7)
    utimens("f", 8, OMIT)
    assert (os.stat("f").st_atime_ns, os.stat("f").st_mtime_ns) == (8, 7)
    utimens("f", OMIT, NOW)
    assert os.stat("f").st_atime_ns == 8 and abs(os.stat("f").st_mtime - time.time()) < 300
    utimens("f", NOW, 9)
    assert os.stat("f").st_mtime_ns == 9 and abs(os.stat("f").st_atime - time.time()) < 300
    with fails(errno.EINVAL):
        utimens("f", 1_000_000_000, 0)


def utime_moves_ctime():
    write("f")
    changes("f", lambda: os.utime("f", ns=(1, os.stat("f").st_mtime_ns)), CTIME)


def times_of_a_link_are_its_own():
    write("f")
    before = os.stat("f").st_mtime_ns
    os.symlink("f", "l")
    os.utime("l", ns=(1, 2), follow_symlinks=False)
    assert os.lstat("l").st_mtime_ns == 2 and os.stat("f").st_mtime_ns == before


def stat_of_new_things():
    write("f", b"12345")
    status = os.stat("f")
    assert stat.S_ISREG(status.st_mode) and status.st_size == 5 and status.st_nlink == 1
    assert abs(status.st_mtime - time.time()) < 300
    os.mkdir("d")
    assert os.stat("d").st_ino != status.st_ino and os.stat("d").st_dev == status.st_dev
    with fails(errno.ENOENT):
        os.stat("missing")
    with fails(errno.ENOTDIR):
        os.stat("f/x")


def statvfs_makes_sense():
    s = os.statvfs(".")
    assert s.f_bsize > 0 and s.f_blocks >= s.f_bfree >= s.f_bavail > 0 and s.f_namemax == 255


def extended_attributes():
    write("f")
    try:
        os.setxattr("f", "user.a", b"1")
    except OSError as error:
        assert error.errno == errno.EOPNOTSUPP, error
        return
    os.mkdir("d")
    for name in ("f", "d"):
        os.setxattr(name, "user.a", b"1")
        os.setxattr(name, "user.b", b"")
        os.setxattr(name, "user.a", b"two", os.XATTR_REPLACE)
        assert os.getxattr(name, "user.a") == b"two" and os.getxattr(name, "user.b") == b""
        assert sorted(n for n in os.listxattr(name) if n.startswith("user.")) == ["user.a", "user.b"]
        with fails(errno.EEXIST):
            os.setxattr(name, "user.a", b"", os.XATTR_CREATE)
        os.removexattr(name, "user.a")
        for action in (lambda: os.getxattr(name, "user.a"), lambda: os.removexattr(name, "user.a"),
                       lambda: os.setxattr(name, "user.a", b"", os.XATTR_REPLACE)):
            with fails(errno.ENODATA):
                action()
    os.setxattr("f", "user." + "n" * 250, b"x" * 1000)
    with fails(errno.ERANGE):
        os.setxattr("f", "user." + "n" * 251, b"x")
    with fails(errno.ENODATA, errno.EOPNOTSUPP):
        os.getxattr("f", "security.capability")
    os.symlink("f", "l")
    with fails(errno.EPERM):
        os.setxattr("l", "user.a", b"1", follow_symlinks=False)
    changes("f", lambda: os.setxattr("f", "user.c", b"1"), CTIME)


def special_files_can_be_made_nowhere_or_work():
    if not IS_MOUNT:
        return
    for mode in (stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFCHR, stat.S_IFBLK):
        with fails(errno.EPERM):
            os.mknod("special", mode | 0o600, os.makedev(1, 3))
    os.mknod("plain", stat.S_IFREG | 0o640)
    assert os.stat("plain").st_size == 0


# --- synchronisation, mapping, locks ----------------------------------------------------------------------------------

def fsync_of_files_and_folders():
    with opened("f", os.O_CREAT | os.O_RDWR) as fd:
        os.write(fd, b"x")
        os.fsync(fd)
        os.fdatasync(fd)
    with opened(".", os.O_RDONLY) as fd:
        os.fsync(fd)
    os.sync()


def shared_mapping_is_the_file():
    write("f", b"0" * 300_000)
    with opened("f", os.O_RDWR) as fd, mmap.mmap(fd, 0) as view:
        view[150_000:150_005] = b"hello"
        assert os.pread(fd, 7, 149_999) == b"0hello0"
        os.pwrite(fd, b"WRITE", 10)
        assert view[9:16] == b"0WRITE0"
        view.flush()
        view[299_999:] = b"Z"
    content = read("f")
    assert content[149_999:150_006] == b"0hello0" and content[10:15] == b"WRITE" and content[-1:] == b"Z"


def two_mappings_see_each_other():
    write("f", bytes(100_000))
    with opened("f", os.O_RDWR) as a, opened("f", os.O_RDWR) as b:
        with mmap.mmap(a, 0) as x, mmap.mmap(b, 0) as y:
            x[70_000] = 7
            assert y[70_000] == 7


def private_mapping_leaves_the_file():
    write("f", b"0" * 10_000)
    with opened("f", os.O_RDONLY) as fd:
        with mmap.mmap(fd, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE) as view:
            view[0:3] = b"abc"
            assert view[0:4] == b"abc0"
    assert read("f") == b"0" * 10_000


def mapping_outlives_name_and_descriptor():
    write("f", b"0" * 10_000)
    fd = os.open("f", os.O_RDWR)
    with mmap.mmap(fd, 0) as view:
        os.unlink("f")
        os.close(fd)
        view[5] = 65
        view.flush()
        assert view[4:7] == b"0A0"


def flock_excludes_other_descriptors():
    write("f")
    with opened("f", os.O_RDWR) as a, opened("f", os.O_RDWR) as b:
        fcntl.flock(a, fcntl.LOCK_EX)
        with fails(errno.EAGAIN):
            fcntl.flock(b, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(a, fcntl.LOCK_UN)
        fcntl.flock(b, fcntl.LOCK_SH)
        fcntl.flock(a, fcntl.LOCK_SH | fcntl.LOCK_NB)


def record_locks_exclude_other_processes():
    write("f", b"0123456789")
    script = "import fcntl,os,sys\nf=os.open('f',os.O_RDWR)\n" \
             "try: fcntl.lockf(f, fcntl.LOCK_EX|fcntl.LOCK_NB, 2, int(sys.argv[1]))\n" \
             "except OSError as e: sys.exit(e.errno)"
    def other(start):
        return subprocess.run([sys.executable, "-c", script, str(start)], check=False).returncode
    with opened("f", os.O_RDWR) as fd:
        fcntl.lockf(fd, fcntl.LOCK_EX, 4, 0)
        assert other(2) in (errno.EAGAIN, errno.EACCES)
        assert other(4) == 0
        fcntl.lockf(fd, fcntl.LOCK_UN, 4, 0)
        assert other(2) == 0


def lock_waits_until_it_is_free():
    write("f")
    with opened("f", os.O_RDWR) as a, opened("f", os.O_RDWR) as b:
        fcntl.flock(a, fcntl.LOCK_EX)
        order = []
        def wait():
            fcntl.flock(b, fcntl.LOCK_EX)
            order.append("taken")
        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.1)
        order.append("released")
        fcntl.flock(a, fcntl.LOCK_UN)
        thread.join()
        assert order == ["released", "taken"]


def many_at_once_do_not_mix_up():
    def work(number):
        try:
            for round_ in range(20):
                name = f"t{number}-{round_}"
                content = bytes([number]) * 50_000
                write(name, content)
                assert read(name) == content
                os.rename(name, name + ".done")
                os.unlink(name + ".done")
        except BaseException as error:
            problems.append(error)
    problems = []
    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems, problems
    assert os.listdir(".") == []


def exclusive_creation_has_one_winner():
    for round_ in range(20):
        winners = []
        def work():
            try:
                os.close(os.open(f"f{round_}", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
                winners.append(1)
            except FileExistsError:
                pass
        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(winners) == 1


CASES = {name: value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", None) == "__main__" and "_" in name
         and name not in ("Timespec",) and value.__code__.co_argcount == 0}


def run(folder, names):
    failed = 0
    for number, name in enumerate(names):
        path = os.path.join(folder, f"case-{number}")
        os.mkdir(path)
        os.chdir(path)
        try:
            CASES[name]()
            print("ok", name, flush=True)
        except BaseException as error:
            failed += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            inside = [f for f in traceback.extract_tb(error.__traceback__) if f.name == name or "<lambda>" in f.name]
            line = (inside or [place])[-1]
            print("FAILED", name, f"line {line.lineno}: {line.line}:", type(error).__name__, error, flush=True)
        os.chdir(folder)
        subprocess.run(["chmod", "-R", "u+rwx", path], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(path)
    return failed


if __name__ == "__main__":
    if sys.argv[1] == "list":
        print("\n".join(CASES))
    else:
        IS_MOUNT = sys.argv[1] == "run-on-mount"
        sys.exit(run(os.path.realpath(sys.argv[2]), sys.argv[3:] or list(CASES)) != 0)
