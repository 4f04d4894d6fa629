package dev.cloister.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.image.container.ContainerFixture;
import dev.cloister.image.manifest.Recipe;
import dev.cloister.image.manifest.RecipeReader;
import dev.cloister.image.rootfs.TarFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TimeZone;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What must not get into an image, one by one: each test changes one property of the inputs or of the machine that is
 * neither a name, contents, a permission bit of a root filesystem nor a link's target, and expects the same bytes.
 */
class LeakTest {
    @TempDir
    Path folder;

    private Fixture fixture;
    private byte[] expected = {};

    @BeforeEach
    void build() throws Exception {
        fixture = Fixture.create(Files.createDirectory(folder.resolve("one")), 1);
        Files.createLink(fixture.rootfs().resolve("bin/twin"), fixture.rootfs().resolve("bin/app"));
        expected = build(fixture.rootfs());
    }

    @Test
    void modificationAndAccessTimes_doNotLeakIn() throws Exception {
        for (Path file : List.of(
                fixture.rootfs().resolve("bin/app"),
                fixture.rootfs().resolve("bin"),
                fixture.overlay().resolve("run.sh"),
                fixture.blobs().resolve("init"))) {
            Files.setLastModifiedTime(file, FileTime.fromMillis(1_234_567_890_123L));
            Files.setAttribute(file, "lastAccessTime", FileTime.fromMillis(987_654_321_000L));
        }
        assertSame();
    }

    @Test
    void inodeNumbers_doNotLeakIn() throws Exception {
        for (String name : List.of("bin/app", "a/b", "a-b")) {
            Path file = fixture.rootfs().resolve(name);
            Path copy = Files.copy(file, file.resolveSibling("copy"), StandardCopyOption.COPY_ATTRIBUTES);
            Files.delete(file);
            Files.move(copy, file);
        }
        assertSame();
    }

    @Test
    void hardLinkCount_doesNotLeakIn() throws Exception {
        Path twin = fixture.rootfs().resolve("bin/twin");
        byte[] content = Files.readAllBytes(twin);
        Files.delete(twin);
        Files.write(twin, content);
        assertThat(twin.toFile().setExecutable(true, false)).isTrue();
        Files.createLink(folder.resolve("elsewhere"), fixture.rootfs().resolve("a/b"));
        assertSame();
    }

    @Test
    void owner_doesNotLeakIn() throws Exception {
        assumeTrue(
                (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "needs root, since only root gives files away");
        for (Path file :
                List.of(fixture.rootfs().resolve("bin/app"), fixture.overlay().resolve("run.sh"))) {
            Files.setAttribute(file, "unix:uid", 12345, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:gid", 54321, LinkOption.NOFOLLOW_LINKS);
        }
        assertSame();
    }

    /** A checkout's other bits are the umask of whoever made it. */
    @Test
    void umaskOfOverlays_doesNotLeakIn() throws Exception {
        Path script = fixture.overlay().resolve("run.sh");
        Files.setAttribute(script, "unix:mode", 0700);
        Files.setAttribute(fixture.overlay().resolve("data"), "unix:mode", 0700);
        Files.setAttribute(fixture.overlay().resolve("data/one"), "unix:mode", 0600);
        assertSame();
    }

    @Test
    void orderOfDirectoryEntries_doesNotLeakIn() throws Exception {
        Fixture other = Fixture.create(Files.createDirectory(folder.resolve("other")), 7);
        Files.createLink(other.rootfs().resolve("bin/twin"), other.rootfs().resolve("bin/app"));
        fixture = other;
        assertSame();
    }

    @Test
    void pathOfTheInputs_doesNotLeakIn() throws Exception {
        Path moved = Files.createDirectories(folder.resolve("quite/another place ü"));
        fixture = new Fixture(Files.move(fixture.folder(), moved.resolve("x")));
        assertSame();
    }

    @Test
    void nameOfTheOutput_doesNotLeakIn() throws Exception {
        assertThat(build(fixture.rootfs(), "another-name.eif")).isEqualTo(expected);
    }

    @Test
    void localeAndTimeZone_doNotLeakIn() throws Exception {
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
            assertSame();
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void userAndItsHome_doNotLeakIn() throws Exception {
        String name = System.getProperty("user.name");
        String home = System.getProperty("user.home");
        try {
            System.setProperty("user.name", "somebody else");
            System.setProperty("user.home", "/nowhere");
            assertSame();
        } finally {
            System.setProperty("user.name", name);
            System.setProperty("user.home", home);
        }
    }

    @Test
    void orderAndTimesOfTar_doNotLeakIn() throws Exception {
        byte[] first = build(tar(1).writeTo(folder.resolve("1.tar")));
        byte[] second = build(tar(2).writeTo(folder.resolve("2.tar")));
        assertThat(second).isEqualTo(first);
    }

    /** Neither the order of a layer's files nor that of an archive's, nor how a layer is compressed. */
    @Test
    void orderAndCompressionOfContainerImage_doNotLeakIn() throws Exception {
        String config = "\"Cmd\":[\"/bin/app\"],\"Env\":[\"A=2\",\"B=1\"]";
        byte[] first = build(new ContainerFixture()
                .layer(tar(3), "gzip")
                .config(config)
                .layout()
                .archive(folder.resolve("1.tar"), 5));
        byte[] second = build(new ContainerFixture()
                .layer(tar(4), "zstd")
                .config(config)
                .layout()
                .folder(Files.createDirectory(folder.resolve("layout"))));
        assertThat(second).isEqualTo(first);
    }

    private static TarFixture tar(long seed) {
        List<String> names = new ArrayList<>(List.of("bin/app", "etc/x", "z", "a/b/c"));
        Collections.shuffle(names, new Random(seed));
        TarFixture tar = new TarFixture();
        for (String name : names) {
            tar.pax("mtime=" + seed + ".5", "atime=" + seed, "comment=written by " + seed)
                    .file(name, 0755, name);
        }
        return tar;
    }

    private void assertSame() throws Exception {
        assertThat(build(fixture.rootfs())).isEqualTo(expected);
    }

    private byte[] build(Path rootfs) throws Exception {
        return build(rootfs, "image.eif");
    }

    private byte[] build(Path rootfs, String name) throws Exception {
        String manifest = "{\"blobs\": \"blobs\", \"rootfs\": \"" + rootfs + "\", \"cmd\": [\"/bin/app\"],"
                + " \"overlays\": [{\"path\": \"opt/app\", \"from\": \"overlay\"}]}";
        Recipe recipe = new RecipeReader(fixture.folder(), Path.of("absent"), 1_700_000_000)
                .read(manifest.getBytes(StandardCharsets.UTF_8));
        Path image = folder.resolve(name);
        new RecipeBuild(recipe).build(image, warning -> {}, tree -> {});
        return Files.readAllBytes(image);
    }
}
