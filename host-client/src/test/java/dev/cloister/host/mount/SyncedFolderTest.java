package dev.cloister.host.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.host.testing.Command;
import dev.cloister.host.testing.Mounted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A real mount, served by a process of its own, over a file service in memory. What Java cannot do on files is done in
 * Python or bash.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SyncedFolderTest {
    private Mounted mounted;
    private Path root;

    @BeforeAll
    void mount() throws Exception {
        mounted = Mounted.open();
        root = mounted.mountPoint();
    }

    @AfterAll
    void unmount() throws Exception {
        mounted.close();
    }

    @AfterEach
    void removeAll() throws Exception {
        Command.shell("find \"$1\" -mindepth 1 -delete", root);
        assertThat(mounted.servers()).hasSize(1);
    }

    private void python(String script) throws Exception {
        Command.Result result = Command.shell("cd \"$1\" && exec python3 -c \"$2\"", root, script);
        assertThat(result.status()).as(result.out()).isZero();
    }

    private void bash(String script) throws Exception {
        Command.Result result = Command.shell("cd \"$1\" && set -e && eval \"$2\"", root, script);
        assertThat(result.status()).as(result.out()).isZero();
    }

    @Test
    void writtenFile_readsBackOnBothSides() throws Exception {
        byte[] content = new byte[20_000_001];
        new Random(1).nextBytes(content);
        Files.write(root.resolve("data"), content);
        assertThat(Arrays.equals(Files.readAllBytes(root.resolve("data")), content))
                .isTrue();
        assertThat(Arrays.equals(mounted.service().get("data"), content)).isTrue();
    }

    @Test
    void fileChangedByTheEnclave_isSeenByTheNextOpenAndStat() throws Exception {
        Path file = root.resolve("result");
        for (String content : new String[] {"one", "two", "three and longer", "4"}) {
            mounted.service().put("result", content.getBytes(StandardCharsets.UTF_8));
            assertThat(Files.size(file)).isEqualTo(content.length());
            assertThat(file).hasContent(content);
        }
    }

    @Test
    void append_goesToTheEndOnTheEnclavesSide() throws Exception {
        bash(
                "echo one > log; exec 3>> log; echo two >> log; echo three >&3; test \"$(cat log)\" = $'one\\ntwo\\nthree'");
        try (FileChannel log = FileChannel.open(root.resolve("log"), StandardOpenOption.APPEND)) {
            mounted.service().put("log", "changed behind its back\n".getBytes(StandardCharsets.UTF_8));
            log.write(StandardCharsets.UTF_8.encode("end\n"));
        }
        assertThat(root.resolve("log")).hasContent("changed behind its back\nend\n");
    }

    @Test
    void truncate_shortensAndLengthensWithZeros() throws Exception {
        bash("printf 0123456789 > f; truncate -s 4 f; truncate -s 6 f; printf '0123\\0\\0' | cmp - f");
        bash("printf new > f; test \"$(cat f)\" = new");
        python("import os; f=open('f','r+b'); f.truncate(1); assert os.fstat(f.fileno()).st_size==1");
    }

    @Test
    void sparseFile_hasZerosInItsHole() throws Exception {
        bash("printf x | dd of=f bs=1 seek=5000000 2>/dev/null; test $(stat -c %s f) = 5000001;"
                + " head -c 5000000 f | cmp - <(head -c 5000000 /dev/zero)");
    }

    @Test
    void rename_movesAndReplaces() throws Exception {
        Files.createDirectory(root.resolve("dir"));
        Files.writeString(root.resolve("a"), "a");
        Files.writeString(root.resolve("dir/b"), "b");
        Files.move(root.resolve("a"), root.resolve("dir/b"), StandardCopyOption.ATOMIC_MOVE);
        assertThat(root.resolve("dir/b")).hasContent("a");
        assertThat(root.resolve("a")).doesNotExist();
    }

    @Test
    void renameOntoOpenFile_leavesItReadable() throws Exception {
        python("""
                import os
                open('old','w').write('old'); open('new','w').write('new')
                f = open('old')
                os.rename('new', 'old')
                assert os.listdir('.') == ['old'], os.listdir('.')
                assert f.read() == 'old' and os.fstat(f.fileno()).st_nlink == 0
                assert open('old').read() == 'new'
                """);
    }

    @Test
    void removedOpenFile_staysUsableAndInvisible() throws Exception {
        python("""
                import os
                os.mkdir('d')
                f = open('d/f', 'w+')
                f.write('before '); f.flush()
                os.unlink('d/f')
                assert os.listdir('d') == []
                os.rmdir('d')
                f.write('after'); f.flush(); f.seek(0)
                assert f.read() == 'before after'
                f.truncate(3)
                f.seek(0)
                assert f.read() == 'bef'
                """);
        python("""
                import os, tempfile
                with tempfile.TemporaryFile(dir='.') as f:
                    f.write(b'x' * 300000)
                    assert os.fstat(f.fileno()).st_size == 300000 and os.fstat(f.fileno()).st_nlink == 0
                assert os.listdir('.') == []
                """);
    }

    @Test
    void fileNamedLikeLibfusesHiddenOnes_isAnOrdinaryFile() throws Exception {
        python("""
                import os
                f = open('a','w+'); f.write('a'); f.flush()
                os.rename('a', '.fuse_hidden0000000100000001')
                assert os.listdir('.') == ['.fuse_hidden0000000100000001']
                os.unlink('.fuse_hidden0000000100000001')
                assert os.listdir('.') == []
                """);
    }

    @Test
    void largeDirectory_isListedWholeAndOnce() throws Exception {
        python("""
                import os
                os.mkdir('many')
                names = ['file-%05d' % i for i in range(10000)]
                for n in names: os.close(os.open('many/' + n, os.O_CREAT | os.O_WRONLY))
                assert sorted(os.listdir('many')) == names
                """);
        bash("test $(ls -A many | wc -l) = 10000; rm -r many");
    }

    @Test
    void directoryReadAgain_showsWhatIsNew() throws Exception {
        python("""
                import ctypes, os
                libc = ctypes.CDLL(None)
                libc.opendir.restype = ctypes.c_void_p
                libc.readdir.restype = ctypes.c_void_p
                libc.readdir.argtypes = libc.rewinddir.argtypes = [ctypes.c_void_p]
                def count(d):
                    n = 0
                    while libc.readdir(d): n += 1
                    return n
                for i in range(300): open('f%d' % i, 'w').close()
                d = libc.opendir(b'.')
                assert count(d) == 302
                libc.rewinddir(d)
                assert count(d) == 302
                """);
    }

    @Test
    void sharedMapping_isReadAndWritten() throws Exception {
        python("""
                import mmap, os
                open('m', 'wb').write(b'0' * 300000)
                f = open('m', 'r+b')
                m = mmap.mmap(f.fileno(), 0)
                assert m[299999:300000] == b'0'
                m[150000:150005] = b'hello'
                m.flush()
                m.close(); f.close()
                assert open('m', 'rb').read()[149999:150006] == b'0hello0'
                """);
        assertThat(new String(mounted.service().get("m"), 150000, 5, StandardCharsets.US_ASCII))
                .isEqualTo("hello");
    }

    @Test
    void links_areCarried() throws Exception {
        bash("echo text > f; ln -s f sym; ln -s nowhere/at/all dangling; ln f hard; test \"$(cat sym)\" = text;"
                + " test \"$(readlink dangling)\" = nowhere/at/all; test $(stat -c %h f) = 2; test hard -ef f");
    }

    /** What an application leaves in its output must not lead to files of this machine. */
    @Test
    void linkOutOfTheMount_isNotFollowed() throws Exception {
        python("""
                import errno, os
                os.mkdir('d')
                for link, target in (('a', '/etc/passwd'), ('b', '../' * 40 + 'etc/passwd'), ('d/c', '../../x')):
                    os.symlink(target, link)
                    for attempt in (open, os.readlink, os.stat, lambda l: open(l, 'w')):
                        try: attempt(link); assert False, link
                        except OSError as e: assert e.errno == errno.EPERM, e
                    assert os.path.islink(link)
                    os.unlink(link)
                """);
    }

    @Test
    void nameThatIsNotUtf8_isKept() throws Exception {
        python("""
                import os
                name = b'caf\\xe9 \\xff'
                open(name, 'w').write('x')
                assert os.listdir(b'.') == [name]
                assert open(name).read() == 'x'
                os.unlink(name)
                """);
    }

    @Test
    void unicodeName_isKept() throws Exception {
        bash("echo x > 'naïve ∂ 文件'; test \"$(ls)\" = 'naïve ∂ 文件'");
    }

    @Test
    void nameTooLong_saysSo() throws Exception {
        python("""
                import errno, os
                open('n' * 255, 'w').close()
                try: open('n' * 256, 'w'); assert False
                except OSError as e: assert e.errno == errno.ENAMETOOLONG, e
                """);
    }

    @Test
    void attributes_areSet() throws Exception {
        Path file = Files.writeString(root.resolve("f"), "x");
        FileTime time = FileTime.from(Instant.ofEpochSecond(1_234_567_890, 123_456_789));
        Files.setLastModifiedTime(file, time);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(time);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        bash("touch -a -d '2001-02-03 04:05:06.789 UTC' f; test $(stat -c %Y f) = 1234567890");
        bash("touch f; test $(( $(date +%s) - $(stat -c %Y f) )) -le 2; chmod 4755 f; test $(stat -c %a f) = 755");
        if (System.getProperty("user.name").equals("root")) {
            bash("chown 12:34 f; test $(stat -c %u:%g f) = 12:34; chown 56 f; test $(stat -c %u:%g f) = 56:34");
        }
    }

    @Test
    void umaskAndMode_decideTheModeOfNewFiles() throws Exception {
        bash("umask 027; echo > f; mkdir d; test $(stat -c %a f) = 640; test $(stat -c %a d) = 750");
    }

    @Test
    void failures_haveTheirOwnErrors() throws Exception {
        Files.createDirectories(root.resolve("d/sub"));
        Files.writeString(root.resolve("f"), "");
        assertThatThrownBy(() -> Files.readString(root.resolve("missing"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Files.createFile(root.resolve("f"))).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> Files.createDirectory(root.resolve("d")))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> Files.delete(root.resolve("d"))).hasMessageContaining("d");
        assertThatThrownBy(() -> Files.readString(root.resolve("f/below"))).isInstanceOf(FileSystemException.class);
        python("""
                import errno, os
                try: os.mkfifo('p'); assert False
                except OSError as e: assert e.errno == errno.EPERM, e
                try: os.truncate('f', 1 << 40); assert False
                except OSError as e: assert e.errno == errno.ENOSPC, e
                """);
    }

    @Test
    void exclusiveOpen_fails_whenTheFileExists() throws Exception {
        assertThat(Command.shell("cd \"$1\"; set -C; echo a > f && ! echo b > f", root)
                        .status())
                .isZero();
        assertThat(root.resolve("f")).hasContent("a\n");
    }

    @Test
    void locks_workWithinTheMount() throws Exception {
        bash("exec 9> lock; flock -n 9; ! flock -n lock true; exec 9>&-; flock -n lock true");
    }

    @Test
    void fileSystemStatistics_areTheEnclaves() throws Exception {
        bash("test \"$(stat -f -c '%S %b %f %c %d' .)\" = '4096 1000 500 100 50'");
    }

    @Test
    void fsync_succeeds() throws Exception {
        try (FileChannel file =
                FileChannel.open(root.resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(StandardCharsets.UTF_8.encode("x"));
            file.force(true);
            file.force(false);
        }
    }

    @Test
    void manyAtOnce_doNotMixUp() throws Exception {
        bash(
                "for i in $(seq 12); do (for j in $(seq 8); do head -c 200000 /dev/zero | tr '\\0' \"$(printf %x $i)\" > f$i-$j;"
                        + " test $(tr -d \"$(printf %x $i)\" < f$i-$j | wc -c) = 0; test $(stat -c %s f$i-$j) = 200000; done) & pids+=\" $!\";"
                        + " done; for p in $pids; do wait $p; done");
    }

    @Test
    void closedFiles_areGivenBack() throws Exception {
        try (Stream<Path> walk = Files.walk(root)) {
            assertThat(walk.count()).isPositive();
        }
        bash("for i in $(seq 50); do echo x > f$i; cat f$i > /dev/null; done; ls -lR > /dev/null");
        // The kernel sends the release after close has returned.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (mounted.service().openHandles() > 0 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(mounted.service().openHandles()).isZero();
    }

    @Test
    void copyTree_isIdentical() throws IOException, InterruptedException {
        Command.Result result =
                Command.shell("cp -a /usr/share/doc/bash \"$1\"/ && diff -r /usr/share/doc/bash \"$1\"/bash", root);
        assertThat(result.status()).as(result.out()).isZero();
    }
}
