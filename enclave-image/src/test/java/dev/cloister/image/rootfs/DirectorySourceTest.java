package dev.cloister.image.rootfs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.image.file.HostNames;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.DirectorySource.Permissions;
import dev.cloister.protocol.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a directory of this machine has and an image cannot carry. */
class DirectorySourceTest {
    private static final MethodHandle SET =
            Libc.bind("lsetxattr", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);

    /** Version 2, cap_net_raw permitted; without a root's id. */
    private static final String NET_RAW = "0000000200200000000000000000000000000000";

    /** Version 2: owner rw-, user 1 r--, group r--, mask r--, others r--. */
    private static final String LIST_OF_ONE_USER = "02000000" + "01000600ffffffff" + "0200040001000000"
            + "04000400ffffffff" + "10000400ffffffff" + "20000400ffffffff";

    @TempDir
    Path folder;

    private Path rootfs = Path.of("");

    @BeforeEach
    void createFolder() throws Exception {
        rootfs = Files.createDirectory(folder.resolve("rootfs"));
    }

    @Test
    void attributesOfFilesAndFolders_areWarnedOf() throws Exception {
        Files.createDirectory(rootfs.resolve("etc"));
        set(Files.writeString(rootfs.resolve("etc/app"), "x"), "user.b", "31");
        set(rootfs.resolve("etc/app"), "user.a", "");
        set(rootfs.resolve("etc"), "user.\u001b[2J", "31");
        Files.writeString(rootfs.resolve("plain"), "x");
        assertThat(read()).containsExactlyInAnyOrder("'etc': loses user.?[2J", "'etc/app': loses user.a, user.b");
    }

    @Test
    void capabilityOfAFile_isWarnedOf() throws Exception {
        assumeTrue(Files.getAttribute(folder, "unix:uid").equals(0), "only root may give capabilities to a file");
        set(Files.writeString(rootfs.resolve("ping"), "x"), "security.capability", NET_RAW);
        assertThat(read()).containsExactly("'ping': loses security.capability");
    }

    @Test
    void accessControlList_isWarnedOf() throws Exception {
        set(Files.writeString(rootfs.resolve("shared"), "x"), "system.posix_acl_access", LIST_OF_ONE_USER);
        assertThat(read()).containsExactly("'shared': loses system.posix_acl_access");
    }

    /** The bytes of a name that is no text in any locale, and a link, whose target's attributes are not its own. */
    @Test
    void nameOfAnyBytes_isFoundAndLinksAreNotFollowed() throws Exception {
        Path outside = Files.writeString(folder.resolve("outside"), "x");
        set(outside, "user.outside", "31");
        Files.createSymbolicLink(rootfs.resolve("link"), outside);
        ImagePath name = new ImagePath("na\u00efve-\u00ff");
        set(Files.writeString(HostNames.resolve(rootfs, name), "x"), "user.x", "31");
        assertThat(read()).containsExactly("'" + name + "': loses user.x");
    }

    @Test
    void attributesOfManyFiles_areNamedFiveTimesAndCounted() throws Exception {
        for (int i = 0; i < 8; i++) {
            set(Files.writeString(rootfs.resolve("file-" + i), "x"), "user.x", "31");
        }
        assertThat(read()).hasSize(6).contains("3 more files: loses user.x");
    }

    @Test
    void attributesOfAnOverlay_areWarnedOf() throws Exception {
        Path file = Files.writeString(folder.resolve("overlay"), "x");
        set(file, "user.x", "31");
        Warnings warnings = new Warnings();
        new Overlay.FromPath(ImagePath.of("opt/file"), file).applyTo(new FileTree(), warnings);
        assertThat(warnings.lines()).containsExactly("'opt/file': loses user.x");
    }

    @Test
    void fileSystemWithoutAttributes_hasNone() throws Exception {
        Path file = Path.of("/proc/self/status");
        assumeTrue(Files.exists(file), "there is no /proc");
        assertThat(ExtendedAttributes.names(file)).isEmpty();
    }

    @Test
    void fileThatIsGone_isAnError() {
        Path absent = rootfs.resolve("absent");
        assertThatThrownBy(() -> ExtendedAttributes.names(absent))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(absent.toString())
                .hasMessageContaining("no such file or directory");
    }

    private List<String> read() throws Exception {
        Warnings warnings = new Warnings();
        new DirectorySource(rootfs, Permissions.AS_FOUND).addTo(new FileTree(), warnings);
        return warnings.lines();
    }

    private static void set(Path file, String name, String hex) throws Exception {
        byte[] bytes = HexFormat.of().parseHex(hex);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(HostNames.latin1Whole(file), StandardCharsets.ISO_8859_1);
            MemorySegment value = arena.allocateFrom(JAVA_BYTE, bytes);
            int result;
            try {
                result = (int) SET.invokeExact(
                        Libc.errnoBuffer(), path, arena.allocateFrom(name), value, (long) bytes.length, 0);
            } catch (Throwable e) {
                throw Libc.unreachable(e);
            }
            assumeTrue(
                    result == 0,
                    () -> "the file system of the temporary folder keeps no attribute '" + name + "': "
                            + Libc.describe(Libc.errno()));
        }
    }
}
