package dev.cloister.enclave.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.enclave.posix.Errno;
import dev.cloister.protocol.sync.DirectoryEntry;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.OpenFlags;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncReply.FileSystem;
import dev.cloister.protocol.sync.SyncReply.LinkTarget;
import dev.cloister.protocol.sync.SyncReply.Listing;
import dev.cloister.protocol.sync.SyncRequest.Close;
import dev.cloister.protocol.sync.SyncRequest.GetAttributes;
import dev.cloister.protocol.sync.SyncRequest.GetFileSystem;
import dev.cloister.protocol.sync.SyncRequest.GetHandleAttributes;
import dev.cloister.protocol.sync.SyncRequest.MakeDirectory;
import dev.cloister.protocol.sync.SyncRequest.MakeLink;
import dev.cloister.protocol.sync.SyncRequest.MakeSymbolicLink;
import dev.cloister.protocol.sync.SyncRequest.Open;
import dev.cloister.protocol.sync.SyncRequest.OpenDirectory;
import dev.cloister.protocol.sync.SyncRequest.Read;
import dev.cloister.protocol.sync.SyncRequest.ReadDirectory;
import dev.cloister.protocol.sync.SyncRequest.ReadLink;
import dev.cloister.protocol.sync.SyncRequest.RemoveDirectory;
import dev.cloister.protocol.sync.SyncRequest.RemoveFile;
import dev.cloister.protocol.sync.SyncRequest.Rename;
import dev.cloister.protocol.sync.SyncRequest.Synchronize;
import dev.cloister.protocol.sync.SyncRequest.Write;
import dev.cloister.protocol.sync.Timestamp;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each request does what the system call it stands for does, and fails as that does. */
@Timeout(60)
class FileOperationsTest {
    private static final int PERMISSION_BITS = 07777;

    @TempDir
    private Path base;

    private ServedFolder served;
    private SyncClient client;

    @BeforeEach
    void start() throws Exception {
        served = new ServedFolder(base);
        client = served.client();
    }

    @AfterEach
    void stop() {
        client.close();
        served.close();
    }

    private static SyncPath path(String text) throws Exception {
        return SyncPath.of(text);
    }

    private static int modeOf(Path file) throws Exception {
        return (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether this process may what only root may. */
    static boolean isPrivileged() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .noneMatch(line -> line.matches("CapEff:\\s*0+"));
    }

    @Test
    void writtenFile_isReadBackAndLiesOnDisk() throws Exception {
        client.put("a", "hello");
        assertThat(client.get("a")).isEqualTo("hello");
        assertThat(served.root().resolve("a")).hasContent("hello");
        FileAttributes attributes = client.attributes("a");
        assertThat(attributes.kind()).isEqualTo(FileKind.FILE);
        assertThat(attributes.size()).isEqualTo(5);
        assertThat(attributes.links()).isEqualTo(1);
        assertThat(attributes.inode())
                .isEqualTo((long) Files.getAttribute(served.root().resolve("a"), "unix:ino"));
    }

    @Test
    void largestReadAndWrite_moveAllData() throws Exception {
        byte[] content = new byte[Sync.MAX_DATA];
        new Random(1).nextBytes(content);
        long handle = client.open("a", SyncClient.CREATE);
        client.done(new Write(handle, 7, ByteBuffer.wrap(content)));
        assertThat(client.ask(new Read(handle, 7, Sync.MAX_DATA)))
                .isEqualTo(new SyncReply.Data(ByteBuffer.wrap(content)));
    }

    @Test
    void read_isShortOnlyAtTheEnd() throws Exception {
        client.put("a", "hello");
        long handle = client.open("a", SyncClient.READ);
        assertThat(client.read(handle, 3, 10)).isEqualTo("lo");
        assertThat(client.read(handle, 5, 10)).isEmpty();
        assertThat(client.read(handle, 100, 10)).isEmpty();
        assertThat(client.read(handle, 0, 0)).isEmpty();
    }

    @Test
    void hole_readsAsZeroes() throws Exception {
        long handle = client.open("a", SyncClient.CREATE);
        client.write(handle, 1 << 30, "x");
        assertThat(client.read(handle, 1000, 3)).isEqualTo("\0\0\0");
        FileAttributes attributes = client.attributes("a");
        assertThat(attributes.size()).isEqualTo((1 << 30) + 1);
        assertThat(attributes.blocks()).isLessThan(1000);
    }

    @Test
    void openFlags_meanWhatTheySay() throws Exception {
        assertThat(client.errno(new Open(path("a"), SyncClient.READ, 0))).isEqualTo(Errno.ENOENT);
        client.put("a", "hello");
        assertThat(client.errno(new Open(path("a"), SyncClient.CREATE_NEW, 0644)))
                .isEqualTo(Errno.EEXIST);
        long appending = client.open("a", SyncClient.APPEND);
        client.write(appending, 0, " world");
        assertThat(client.get("a")).isEqualTo("hello world");
        assertThat(client.errno(new Read(appending, 0, 1))).isEqualTo(Errno.EBADF);
        long reading = client.open("a", SyncClient.READ);
        assertThat(client.errno(new Write(reading, 0, SyncClient.bytes("x")))).isEqualTo(Errno.EBADF);
        assertThat(client.errno(SyncClient.size(reading, 0))).isEqualTo(Errno.EINVAL);
        long _ = client.open("a", SyncClient.TRUNCATE);
        assertThat(client.get("a")).isEmpty();
        OpenFlags truncateUnwritable = new OpenFlags(true, false, false, false, false, true);
        assertThat(client.errno(new Open(path("a"), truncateUnwritable, 0))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void openedWithTruncate_showsSizeZero() throws Exception {
        client.put("a", "hello");
        SyncReply reply = client.ask(new Open(path("a"), SyncClient.TRUNCATE, 0));
        assertThat(((SyncReply.Opened) reply).attributes().size()).isZero();
    }

    @Test
    void directoryOpenedAsFile_isRefused() throws Exception {
        client.ask(new MakeDirectory(path("d"), 0755));
        for (OpenFlags flags : List.of(SyncClient.READ, SyncClient.WRITE, SyncClient.CREATE, SyncClient.TRUNCATE)) {
            assertThat(client.errno(new Open(path("d"), flags, 0))).isEqualTo(Errno.EISDIR);
            assertThat(client.errno(new Open(SyncPath.ROOT, flags, 0))).isEqualTo(Errno.EISDIR);
        }
        assertThat(client.errno(new Open(path("d"), SyncClient.CREATE_NEW, 0))).isEqualTo(Errno.EEXIST);
    }

    @Test
    void handleOfTheOtherKind_isRefused() throws Exception {
        long file = client.open("a", SyncClient.CREATE);
        long directory = client.openDirectory("");
        assertThat(client.errno(new ReadDirectory(file, 0))).isEqualTo(Errno.ENOTDIR);
        assertThat(client.errno(new Read(directory, 0, 1))).isEqualTo(Errno.EISDIR);
        assertThat(client.errno(new Write(directory, 0, SyncClient.bytes("x")))).isEqualTo(Errno.EBADF);
        assertThat(client.errno(SyncClient.size(directory, 0))).isEqualTo(Errno.EINVAL);
        assertThat(client.errno(new OpenDirectory(path("a")))).isEqualTo(Errno.ENOTDIR);
        client.done(new Synchronize(directory, false));
    }

    @Test
    void closedHandle_isUnknown() throws Exception {
        long handle = client.open("a", SyncClient.CREATE);
        client.done(new Close(handle));
        assertThat(client.errno(new Close(handle))).isEqualTo(Errno.EBADF);
        assertThat(client.errno(new Read(handle, 0, 1))).isEqualTo(Errno.EBADF);
        assertThat(client.errno(new GetHandleAttributes(handle))).isEqualTo(Errno.EBADF);
    }

    @Test
    void unlinkedOpenFile_staysReadableAndWritable() throws Exception {
        client.put("a", "hello");
        long handle = client.open("a", SyncClient.READ_WRITE);
        client.done(new RemoveFile(path("a")));
        assertThat(client.errno(new GetAttributes(path("a")))).isEqualTo(Errno.ENOENT);
        client.write(handle, 5, "!");
        assertThat(client.read(handle, 0, 10)).isEqualTo("hello!");
        assertThat(client.attributes(new GetHandleAttributes(handle)).links()).isZero();
        assertThat(client.attributes(SyncClient.size(handle, 2)).size()).isEqualTo(2);
        client.done(new Synchronize(handle, true));
        client.done(new Synchronize(handle, false));
        assertThat(client.read(handle, 0, 10)).isEqualTo("he");
    }

    @Test
    void sizes_growAndShrink() throws Exception {
        client.put("a", "hello");
        assertThat(client.attributes(SyncClient.size("a", 2)).size()).isEqualTo(2);
        assertThat(client.attributes(SyncClient.size("a", 4)).size()).isEqualTo(4);
        assertThat(client.get("a")).isEqualTo("he\0\0");
        assertThat(client.errno(SyncClient.size("", 4))).isEqualTo(Errno.EISDIR);
        assertThat(client.errno(SyncClient.size("a", Long.MAX_VALUE))).isNotZero();
    }

    @Test
    void times_haveNanosecondsAndChangeAlone() throws Exception {
        client.put("a", "hello");
        Timestamp before = client.attributes("a").accessed();
        Timestamp time = new Timestamp(1_000_000_000, 123_456_789);
        FileAttributes attributes = client.attributes(SyncClient.modified("a", time));
        assertThat(attributes.modified()).isEqualTo(time);
        assertThat(attributes.accessed()).isEqualTo(before);
        assertThat(client.attributes(SyncClient.modified("", time)).modified()).isEqualTo(time);
        assertThat(client.attributes(SyncClient.modified("a", new Timestamp(-5, 7)))
                        .modified())
                .isEqualTo(new Timestamp(-5, 7));
    }

    @Test
    void permissions_areSetAndOthersCleared() throws Exception {
        client.put("a", "hello");
        assertThat(client.attributes(SyncClient.permissions("a", 0741)).permissions())
                .isEqualTo(0741);
        Files.setAttribute(served.root().resolve("a"), "unix:mode", 06755);
        assertThat(client.attributes("a").permissions()).isEqualTo(0755);
        client.attributes(SyncClient.permissions("a", 0711));
        assertThat(modeOf(served.root().resolve("a")) & PERMISSION_BITS).isEqualTo(0711);
        assertThat(client.attributes(SyncClient.permissions("", 0700)).permissions())
                .isEqualTo(0700);
    }

    @Test
    void fileWithoutPermissions_getsThemBack() throws Exception {
        client.put("a", "hello");
        client.ask(new MakeDirectory(path("d"), 0));
        assertThat(client.attributes(SyncClient.permissions("a", 0)).permissions())
                .isZero();
        assertThat(client.attributes(SyncClient.permissions("a", 0600)).permissions())
                .isEqualTo(0600);
        assertThat(client.attributes(SyncClient.permissions("d", 0700)).permissions())
                .isEqualTo(0700);
    }

    @Test
    void owner_changesAsTheKernelAllows() throws Exception {
        client.put("a", "hello");
        if (isPrivileged()) {
            FileAttributes attributes = client.attributes(SyncClient.owner("a", 1234, 2345));
            assertThat(attributes.uid()).isEqualTo(1234);
            assertThat(attributes.gid()).isEqualTo(2345);
            assertThat(client.attributes(SyncClient.owner("a", -1, 7)).uid()).isEqualTo(1234);
        } else {
            assertThat(client.errno(SyncClient.owner("a", 1234, -1))).isEqualTo(Errno.EPERM);
        }
    }

    @Test
    void directories_areMadeListedAndRemoved() throws Exception {
        FileAttributes attributes = client.attributes(new MakeDirectory(path("d"), 0711));
        assertThat(attributes.kind()).isEqualTo(FileKind.DIRECTORY);
        assertThat(attributes.permissions()).isEqualTo(0711);
        assertThat(client.errno(new MakeDirectory(path("d"), 0755))).isEqualTo(Errno.EEXIST);
        assertThat(client.errno(new MakeDirectory(path("x/y"), 0755))).isEqualTo(Errno.ENOENT);
        client.put("d/a", "1");
        client.ask(new MakeDirectory(path("d/e"), 0755));
        assertThat(client.names("d")).containsExactlyInAnyOrder("a", "e");
        assertThat(client.errno(new RemoveDirectory(path("d")))).isEqualTo(39);
        assertThat(client.errno(new RemoveDirectory(path("d/a")))).isEqualTo(Errno.ENOTDIR);
        assertThat(client.errno(new RemoveFile(path("d/e")))).isEqualTo(Errno.EISDIR);
        client.done(new RemoveFile(path("d/a")));
        client.done(new RemoveDirectory(path("d/e")));
        client.done(new RemoveDirectory(path("d")));
        assertThat(client.names("")).isEmpty();
    }

    @Test
    void rootItself_staysWhereItIs() throws Exception {
        assertThat(client.attributes("").kind()).isEqualTo(FileKind.DIRECTORY);
        assertThat(client.errno(new RemoveDirectory(SyncPath.ROOT))).isNotZero();
        assertThat(client.errno(new RemoveFile(SyncPath.ROOT))).isEqualTo(Errno.EISDIR);
        assertThat(client.errno(new MakeDirectory(SyncPath.ROOT, 0755))).isEqualTo(Errno.EEXIST);
        assertThat(client.errno(new MakeSymbolicLink(SyncPath.ROOT, "x"))).isEqualTo(Errno.EEXIST);
        assertThat(client.errno(new Rename(SyncPath.ROOT, path("x"), true))).isEqualTo(16);
        client.put("a", "1");
        assertThat(client.errno(new Rename(path("a"), SyncPath.ROOT, true))).isEqualTo(16);
        assertThat(client.errno(new MakeLink(SyncPath.ROOT, path("x")))).isEqualTo(Errno.EPERM);
        assertThat(client.errno(new MakeLink(path("a"), SyncPath.ROOT))).isEqualTo(Errno.EEXIST);
        assertThat(client.errno(new ReadLink(SyncPath.ROOT))).isEqualTo(Errno.EINVAL);
        assertThat(served.root()).isDirectory();
    }

    @Test
    void rename_replacesOnlyWhenAllowed() throws Exception {
        client.put("a", "1");
        client.put("b", "2");
        client.ask(new MakeDirectory(path("d"), 0755));
        assertThat(client.errno(new Rename(path("a"), path("b"), false))).isEqualTo(Errno.EEXIST);
        assertThat(client.errno(new Rename(path("missing"), path("b"), true))).isEqualTo(Errno.ENOENT);
        assertThat(client.errno(new Rename(path("a"), path("d"), true))).isEqualTo(Errno.EISDIR);
        assertThat(client.errno(new Rename(path("d"), path("d/e"), true))).isEqualTo(Errno.EINVAL);
        client.done(new Rename(path("a"), path("b"), true));
        assertThat(client.get("b")).isEqualTo("1");
        client.done(new Rename(path("b"), path("d/c"), false));
        assertThat(client.get("d/c")).isEqualTo("1");
        client.done(new Rename(path("d"), path("e"), false));
        assertThat(client.get("e/c")).isEqualTo("1");
        assertThat(client.names("")).containsExactly("e");
    }

    @Test
    void hardLink_isTheSameFile() throws Exception {
        client.put("a", "1");
        client.done(new MakeLink(path("a"), path("b")));
        assertThat(client.attributes("b").links()).isEqualTo(2);
        assertThat(client.attributes("b").inode())
                .isEqualTo(client.attributes("a").inode());
        assertThat(client.errno(new MakeLink(path("a"), path("b")))).isEqualTo(Errno.EEXIST);
        client.ask(new MakeDirectory(path("d"), 0755));
        assertThat(client.errno(new MakeLink(path("d"), path("e")))).isEqualTo(Errno.EPERM);
    }

    @Test
    void symbolicLink_roundTrips() throws Exception {
        client.put("a", "1");
        client.done(new MakeSymbolicLink(path("link"), "../é/a"));
        FileAttributes attributes = client.attributes("link");
        assertThat(attributes.kind()).isEqualTo(FileKind.SYMBOLIC_LINK);
        assertThat(attributes.permissions()).isEqualTo(0777);
        assertThat(attributes.size()).isEqualTo("../é/a".getBytes(UTF_8).length);
        assertThat(client.ask(new ReadLink(path("link")))).isEqualTo(new LinkTarget("../é/a"));
        assertThat(client.pages("").getFirst().entries())
                .anyMatch(entry -> entry.attributes().kind() == FileKind.SYMBOLIC_LINK);
        client.done(new MakeLink(path("link"), path("second")));
        client.done(new Rename(path("link"), path("third"), true));
        assertThat(client.ask(new ReadLink(path("second")))).isEqualTo(new LinkTarget("../é/a"));
        assertThat(client.ask(new ReadLink(path("third")))).isEqualTo(new LinkTarget("../é/a"));
        client.done(new RemoveFile(path("second")));
        client.done(new RemoveFile(path("third")));
        assertThat(client.names("")).containsExactly("a");
    }

    @Test
    void symbolicLinkCall_failsAsTheKernels() throws Exception {
        client.put("a", "1");
        assertThat(client.errno(new MakeSymbolicLink(path("a"), "x"))).isEqualTo(Errno.EEXIST);
        assertThat(client.errno(new MakeSymbolicLink(path("l"), ""))).isEqualTo(Errno.ENOENT);
        assertThat(client.errno(new MakeSymbolicLink(path("l"), "a\0b"))).isEqualTo(Errno.EINVAL);
        assertThat(client.errno(new MakeSymbolicLink(path("l"), "x".repeat(4096))))
                .isEqualTo(Errno.ENAMETOOLONG);
        assertThat(client.errno(new ReadLink(path("a")))).isEqualTo(Errno.EINVAL);
        client.done(new MakeSymbolicLink(path("l"), "x".repeat(4095)));
        assertThat(client.ask(new ReadLink(path("l")))).isEqualTo(new LinkTarget("x".repeat(4095)));
    }

    @Test
    void listingOfManyFiles_comesInBoundedPagesWithoutLossOrDoubles() throws Exception {
        List<String> expected = IntStream.range(0, 10_000)
                .mapToObj(i -> Integer.toString(i, 36) + "x".repeat(i % 97 == 0 ? 200 : 0))
                .toList();
        for (String name : expected) {
            Files.createFile(served.root().resolve(name));
        }
        List<Listing> pages = client.pages("");
        assertThat(pages).hasSizeGreaterThan(10);
        assertThat(pages.stream().mapToInt(FileOperationsTest::sizeOf)).allMatch(size -> size <= Sync.MAX_LISTING);
        assertThat(client.names("")).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** With the page's own fields of 13 bytes. */
    private static int sizeOf(Listing page) {
        return 13
                + page.entries().stream().mapToInt(DirectoryEntry::encodedSize).sum();
    }

    @Test
    void directoryEmptiedPageByPage_skipsNothing() throws Exception {
        for (int i = 0; i < 3000; i++) {
            Files.createFile(served.root().resolve("file-" + i));
        }
        long handle = client.openDirectory("");
        List<String> removed = new ArrayList<>();
        Listing page = new Listing(List.of(), 0, false);
        while (!page.isLast()) {
            page = (Listing) client.ask(new ReadDirectory(handle, page.next()));
            for (var entry : page.entries()) {
                client.done(new RemoveFile(entry.path()));
                removed.add(entry.path().toString());
            }
        }
        assertThat(removed).hasSize(3000).doesNotHaveDuplicates();
    }

    @Test
    void listing_startsOverFromCookieZeroAndGoesBackToAnyOther() throws Exception {
        for (int i = 0; i < 2000; i++) {
            Files.createFile(served.root().resolve("file-" + i));
        }
        long handle = client.openDirectory("");
        Listing first = (Listing) client.ask(new ReadDirectory(handle, 0));
        Listing second = (Listing) client.ask(new ReadDirectory(handle, first.next()));
        assertThat(client.ask(new ReadDirectory(handle, first.next()))).isEqualTo(second);
        assertThat(client.ask(new ReadDirectory(handle, 0))).isEqualTo(first);
    }

    @Test
    void fileSystem_hasSizes() throws Exception {
        FileSystem fileSystem = (FileSystem) client.ask(new GetFileSystem());
        assertThat(fileSystem.blockSize()).isPositive();
        assertThat(fileSystem.blocks()).isGreaterThanOrEqualTo(fileSystem.freeBlocks());
        assertThat(fileSystem.blockSize() * fileSystem.blocks())
                .isEqualTo(Files.getFileStore(served.root()).getTotalSpace());
    }

    @Test
    void namesThatAreNotUtf8_areKept() throws Exception {
        SyncPath name = SyncPath.of(new byte[] {(byte) 0xff, 'a', (byte) 0x80, '\n'});
        client.ask(new MakeDirectory(name, 0755));
        assertThat(client.pages("").getFirst().entries().getFirst().path()).isEqualTo(name);
    }

    @Test
    void newFile_hasTheModeItWasMadeWith() throws Exception {
        long _ = client.open(new Open(path("a"), SyncClient.CREATE_NEW, 0400));
        assertThat(client.attributes("a").permissions()).isEqualTo(0400);
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(served.root().resolve("a"))))
                .isEqualTo("r--------");
    }

    @Test
    void secondClient_seesWhatTheFirstWrote() throws Exception {
        client.put("a", "hello");
        try (SyncClient other = served.client()) {
            assertThat(other.get("a")).isEqualTo("hello");
            assertThat(other.errno(new GetAttributes(path("b")))).isEqualTo(Errno.ENOENT);
        }
    }
}
