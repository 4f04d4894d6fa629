package dev.cloister.enclave.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.enclave.posix.Errno;
import dev.cloister.protocol.sync.Allocation;
import dev.cloister.protocol.sync.AttributeMode;
import dev.cloister.protocol.sync.AttributeName;
import dev.cloister.protocol.sync.Changes;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.SetTime;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncReply.Names;
import dev.cloister.protocol.sync.SyncReply.Position;
import dev.cloister.protocol.sync.SyncReply.Value;
import dev.cloister.protocol.sync.SyncRequest.Allocate;
import dev.cloister.protocol.sync.SyncRequest.GetExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.ListExtendedAttributes;
import dev.cloister.protocol.sync.SyncRequest.MakeDirectory;
import dev.cloister.protocol.sync.SyncRequest.MakeSymbolicLink;
import dev.cloister.protocol.sync.SyncRequest.Open;
import dev.cloister.protocol.sync.SyncRequest.RemoveDirectory;
import dev.cloister.protocol.sync.SyncRequest.RemoveExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.RemoveFile;
import dev.cloister.protocol.sync.SyncRequest.Seek;
import dev.cloister.protocol.sync.SyncRequest.SetAttributes;
import dev.cloister.protocol.sync.SyncRequest.SetExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.SetHandleAttributes;
import dev.cloister.protocol.sync.Timestamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Room and holes, extended attributes, times of the enclave's own, and files that have lost their name. */
@Timeout(60)
class MoreOperationsTest {
    private static final SyncPath FILE = path("a");

    @TempDir
    private Path base;

    private ServedFolder served;
    private SyncClient client;

    private static SyncPath path(String text) {
        try {
            return SyncPath.of(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void start() throws Exception {
        served = new ServedFolder(base);
        client = served.client();
        client.put("a", "hello");
    }

    @AfterEach
    void stop() {
        client.close();
        served.close();
    }

    private SetExtendedAttribute set(AttributeMode mode, String value) throws Exception {
        return new SetExtendedAttribute(FILE, SyncClient.attribute("x"), mode, SyncClient.bytes(value));
    }

    private void assumeExtendedAttributes() throws Exception {
        assumeTrue(
                client.errno(set(AttributeMode.EITHER, "")) == 0,
                "the file system of the temporary folder keeps no extended attributes");
    }

    @Test
    void timeThatIsNow_isTheEnclavesOwn() throws Exception {
        client.attributes(SyncClient.modified("a", new Timestamp(5, 6)));
        long before = Instant.now().getEpochSecond() - 1;
        FileAttributes set = client.attributes(new SetAttributes(
                FILE,
                Changes.ofTimes(
                        Optional.of(new SetTime.At(new Timestamp(7, 999_999_999))), Optional.of(new SetTime.Now()))));
        assertThat(set.accessed()).isEqualTo(new Timestamp(7, 999_999_999));
        assertThat(set.modified().seconds()).isBetween(before, before + 60);
        assertThat(client.attributes(new SetAttributes(FILE, Changes.NONE))).isEqualTo(set);
    }

    @Test
    void namelessFile_isChangedThroughItsHandle() throws Exception {
        client.ask(new MakeDirectory(path("d"), 0755));
        client.put("d/f", "hello");
        long handle = client.open("d/f", SyncClient.READ_WRITE);
        client.done(new RemoveFile(path("d/f")));
        client.done(new RemoveDirectory(path("d")));
        Changes all = new Changes(
                Optional.of(0640),
                Optional.empty(),
                Optional.empty(),
                Optional.of(2L),
                Optional.of(new SetTime.At(new Timestamp(1, 2))),
                Optional.of(new SetTime.At(new Timestamp(3, 4))));
        FileAttributes changed = client.attributes(new SetHandleAttributes(handle, all));
        assertThat(changed.permissions()).isEqualTo(0640);
        assertThat(changed.size()).isEqualTo(2);
        assertThat(changed.accessed()).isEqualTo(new Timestamp(1, 2));
        assertThat(changed.modified()).isEqualTo(new Timestamp(3, 4));
        assertThat(changed.links()).isZero();
        assertThat(client.read(handle, 0, 10)).isEqualTo("he");
    }

    /** Whoever else has the file open: a size goes through the handle it was asked for. */
    @Test
    void namelessFile_isTruncatedByItsWriterOnly() throws Exception {
        long reader = client.open("a", SyncClient.READ);
        long writer = client.open("a", SyncClient.READ_WRITE);
        client.done(new RemoveFile(FILE));
        assertThat(client.errno(SyncClient.size(reader, 1))).isEqualTo(Errno.EINVAL);
        assertThat(client.attributes(SyncClient.size(writer, 1)).size()).isEqualTo(1);
        assertThat(client.read(reader, 0, 10)).isEqualTo("h");
    }

    @Test
    void allocation_growsKeepsAndPunches() throws Exception {
        long handle = client.open("a", SyncClient.READ_WRITE);
        client.done(new Allocate(handle, Allocation.KEEP_SIZE, 0, 1 << 20));
        assertThat(client.attributes("a").size()).isEqualTo(5);
        assertThat(client.attributes("a").blocks()).isGreaterThanOrEqualTo(2048);
        client.done(new Allocate(handle, Allocation.GROW, 10, 90));
        assertThat(client.attributes("a").size()).isEqualTo(100);
        client.done(new Allocate(handle, Allocation.PUNCH_HOLE, 1, 3));
        assertThat(client.read(handle, 0, 6)).isEqualTo("h\0\0\0o\0");
        assertThat(client.attributes("a").size()).isEqualTo(100);
    }

    @Test
    void allocation_failsAsTheKernels() throws Exception {
        long reader = client.open("a", SyncClient.READ);
        long writer = client.open("a", SyncClient.WRITE);
        long directory = client.openDirectory("");
        assertThat(client.errno(new Allocate(reader, Allocation.GROW, 0, 1))).isEqualTo(Errno.EBADF);
        assertThat(client.errno(new Allocate(directory, Allocation.GROW, 0, 1))).isEqualTo(Errno.EBADF);
        for (Allocation kind : new Allocation[] {Allocation.GROW, Allocation.KEEP_SIZE}) {
            for (long length : new long[] {1L << 50, Long.MAX_VALUE}) {
                assertThat(client.errno(new Allocate(writer, kind, 0, length))).isEqualTo(Errno.ENOSPC);
            }
        }
        assertThat(client.get("a")).isEqualTo("hello");
    }

    @Test
    void holesAndData_areFound() throws Exception {
        long handle = client.open("b", SyncClient.CREATE);
        client.attributes(SyncClient.size(handle, 4L << 20));
        client.write(handle, 1 << 20, "x");
        Position data = (Position) client.ask(new Seek(handle, 0, false));
        assertThat(data.offset()).isBetween(1L, 1L << 20);
        Position hole = (Position) client.ask(new Seek(handle, 1 << 20, true));
        assertThat(hole.offset()).isBetween((1L << 20) + 1, 4L << 20);
        assertThat(client.errno(new Seek(handle, 3L << 20, false))).isEqualTo(Errno.ENXIO);
        assertThat(client.errno(new Seek(handle, 4L << 20, true))).isEqualTo(Errno.ENXIO);
        assertThat(client.errno(new Seek(client.openDirectory(""), 0, true))).isEqualTo(Errno.EISDIR);
    }

    @Test
    void extendedAttributes_areSetListedReadAndRemoved() throws Exception {
        assumeExtendedAttributes();
        AttributeName name = SyncClient.attribute("x");
        assertThat(client.errno(set(AttributeMode.CREATE, "1"))).isEqualTo(Errno.EEXIST);
        client.done(set(AttributeMode.REPLACE, "two"));
        assertThat(client.ask(new GetExtendedAttribute(FILE, name))).isEqualTo(new Value(SyncClient.bytes("two")));
        assertThat(((Names) client.ask(new ListExtendedAttributes(FILE))).names())
                .containsExactly(name);
        client.done(new RemoveExtendedAttribute(FILE, name));
        assertThat(client.errno(new GetExtendedAttribute(FILE, name))).isEqualTo(Errno.ENODATA);
        assertThat(client.errno(new RemoveExtendedAttribute(FILE, name))).isEqualTo(Errno.ENODATA);
        assertThat(client.errno(set(AttributeMode.REPLACE, "1"))).isEqualTo(Errno.ENODATA);
        client.done(set(AttributeMode.CREATE, ""));
        assertThat(client.ask(new GetExtendedAttribute(FILE, name))).isEqualTo(new Value(ByteBuffer.allocate(0)));
        client.done(new SetExtendedAttribute(SyncPath.ROOT, name, AttributeMode.EITHER, SyncClient.bytes("of root")));
    }

    @Test
    void extendedAttributesOfOtherClasses_areNotShown() throws Exception {
        assumeExtendedAttributes();
        if (FileOperationsTest.isPrivileged()) {
            Process tool = new ProcessBuilder(
                            "python3",
                            "-c",
                            "import os,sys; os.setxattr(sys.argv[1], 'trusted.secret', b'1')",
                            served.root().resolve("a").toString())
                    .inheritIO()
                    .start();
            assertThat(tool.waitFor()).isZero();
        }
        assertThat(client.ask(new ListExtendedAttributes(FILE)))
                .isEqualTo(new Names(List.of(SyncClient.attribute("x"))));
    }

    @Test
    void extendedAttributesOfALink_areRefused() throws Exception {
        client.done(new MakeSymbolicLink(path("link"), "a"));
        AttributeName name = SyncClient.attribute("x");
        assertThat(client.errno(
                        new SetExtendedAttribute(path("link"), name, AttributeMode.EITHER, SyncClient.bytes("v"))))
                .isEqualTo(Errno.EPERM);
        assertThat(client.errno(new GetExtendedAttribute(path("link"), name))).isEqualTo(Errno.EPERM);
        assertThat(client.errno(new ListExtendedAttributes(path("link")))).isEqualTo(Errno.EPERM);
        assertThat(client.errno(new RemoveExtendedAttribute(path("link"), name)))
                .isEqualTo(Errno.EPERM);
    }

    @Test
    void extendedAttributeBeyondTheKernelsLimit_isRefused() throws Exception {
        assumeExtendedAttributes();
        ByteBuffer largest = ByteBuffer.allocate(Sync.MAX_VALUE);
        SyncReply reply = client.ask(
                new SetExtendedAttribute(FILE, SyncClient.attribute("large"), AttributeMode.EITHER, largest));
        // As much as the file system takes: ext4 keeps a block, a tmpfs all of it.
        assertThat(reply).isIn(new SyncReply.Done(), new SyncReply.Failed(Errno.ENOSPC), new SyncReply.Failed(7));
        assertThat(client.get("a")).isEqualTo("hello");
    }

    @Test
    void specialFile_countsNothingButItsName() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", served.root().resolve("p").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(client.names("")).containsExactlyInAnyOrder("a", "p");
        assertThat(client.errno(new ListExtendedAttributes(path("p")))).isEqualTo(Errno.EPERM);
        assertThat(client.errno(new Open(path("p"), SyncClient.READ, 0))).isEqualTo(Errno.EPERM);
        client.done(new RemoveFile(path("p")));
        assertThat(served.root().resolve("p")).doesNotExist();
    }
}
