package dev.cloister.image.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.eif.Architecture;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.ContainerConfig;
import dev.cloister.image.rootfs.FileTree;
import dev.cloister.image.rootfs.RootfsSource;
import dev.cloister.image.rootfs.TarFixture;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerSourceTest {
    private static final List<String> MERGED = List.of(
            "r/bin 40755 0:0",
            "r/bin/app 104755 0:7 new",
            "r/bin/link 100644 0:0 low",
            "r/etc 40755 0:0",
            "r/etc/kept 100644 0:0 k");

    @TempDir
    Path folder;

    private final ContainerFixture image = new ContainerFixture();
    private final List<String> warnings = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"", "gzip", "zstd"})
    void layout_isReadFromFolderAndArchive(String compression) throws Exception {
        layers(compression).layout();
        assertThat(read(image.folder(Files.createDirectory(folder.resolve("layout")))))
                .isEqualTo(MERGED);
        assertThat(read(image.archive(folder.resolve("image.tar"), 1))).isEqualTo(MERGED);
        assertThat(read(Files.write(
                        folder.resolve("image.tgz"),
                        ContainerFixture.compress(Files.readAllBytes(folder.resolve("image.tar")), "gzip"))))
                .isEqualTo(MERGED);
    }

    @Test
    void dockerArchive_isRead() throws Exception {
        layers("").dockerArchive();
        assertThat(read(image.archive(folder.resolve("image.tar"), 2))).isEqualTo(MERGED);
    }

    /** A layer that occurs twice is a symbolic link in what old versions of Docker wrote. */
    @Test
    void linkedLayerOfDockerArchive_isFollowed() throws Exception {
        image.layer(new TarFixture().file("a", 0644, "x"), "")
                .layer(new TarFixture().file("a", 0644, "x"), "")
                .dockerArchive();
        TarFixture tar = new TarFixture();
        image.files.forEach((name, bytes) -> {
            if (name.equals("l1/layer.tar")) {
                tar.symlink(name, "../l0/layer.tar");
            } else {
                tar.file(name, 0644, new String(bytes, StandardCharsets.ISO_8859_1));
            }
        });
        assertThat(read(tar.writeTo(folder.resolve("image.tar")))).containsExactly("r/a 100644 0:0 x");
    }

    @Test
    void whiteouts_hideLowerLayersOnly() throws Exception {
        image.layer(
                        new TarFixture()
                                .file("a/x", 0644, "1")
                                .file("a/y", 0644, "1")
                                .file("b", 0644, "1"),
                        "gzip")
                .layer(
                        new TarFixture()
                                .file("a/z", 0644, "2")
                                .file("a/.wh..wh..opq", 0, "")
                                .file(".wh.b", 0, "")
                                .file("c", 0644, "2")
                                .file(".wh.c", 0, "")
                                .file(".wh.absent", 0, ""),
                        "gzip")
                .layout();
        assertThat(read()).containsExactly("r/a 40755 0:0", "r/a/z 100644 0:0 2", "r/c 100644 0:0 2");
    }

    @Test
    void whiteoutOfFolderThatTheLayerFillsAgain_keepsWhatItBrings() throws Exception {
        image.layer(new TarFixture().file("a/b/old", 0644, "1"), "")
                .layer(new TarFixture().file("a/b/new", 0644, "2").file(".wh.a", 0, ""), "")
                .layout();
        assertThat(read()).containsExactly("r/a 40755 0:0", "r/a/b 40755 0:0", "r/a/b/new 100644 0:0 2");
    }

    @Test
    void opaqueRoot_hidesEverythingBelow() throws Exception {
        image.layer(new TarFixture().file("a/b", 0644, "1").symlink("l", "a"), "")
                .layer(new TarFixture().file(".wh..wh..opq", 0, "").file("n", 0644, "2"), "")
                .layout();
        assertThat(read()).containsExactly("r/n 100644 0:0 2");
    }

    @Test
    void fileAndFolder_replaceEachOther() throws Exception {
        image.layer(new TarFixture().file("a/b", 0644, "1").file("c", 0644, "1").symlink("d", "a"), "")
                .layer(
                        new TarFixture()
                                .file("a", 0600, "2")
                                .directory("c", 0700)
                                .directory("d", 0755)
                                .file("d/x", 0644, "2"),
                        "")
                .layout();
        assertThat(read()).containsExactly("r/a 100600 0:0 2", "r/c 40700 0:0", "r/d 40755 0:0", "r/d/x 100644 0:0 2");
    }

    @Test
    void layersAndWhatTheyBring_areTold() throws Exception {
        layers("gzip").layout();
        try (RootfsSource source = open(image.archive(folder.resolve("image.tar"), 1))) {
            FileTree tree = new FileTree();
            source.addTo(tree, warning -> {});
            assertThat(tree.contributions().stream()
                            .map(layer -> layer.origin().source() + " " + layer.files() + " " + layer.bytes()))
                    .containsExactly("cloister 0 0", "layer 1: RUN step-1 1 1", "layer 2: RUN step-2 2 6");
        }
    }

    @Test
    void config_isThatOfTheImage() throws Exception {
        image.layer(new TarFixture().file("a", 0644, ""), "")
                .config("\"User\":\"app:www\",\"WorkingDir\":\"/srv\",\"Env\":[\"A=1=2\",\"B=\"],"
                        + "\"Entrypoint\":[\"/bin/e\",\"x\"],\"Cmd\":[\"c\"],\"Labels\":{\"any\":\"thing\"}")
                .layout();
        try (RootfsSource source = open(image.archive(folder.resolve("image.tar"), 1))) {
            assertThat(source.config())
                    .contains(new ContainerConfig(
                            "app:www", "/srv", Map.of("A", "1=2", "B", ""), List.of("/bin/e", "x"), List.of("c")));
            assertThat(source.config().orElseThrow().arguments()).containsExactly("/bin/e", "x", "c");
        }
    }

    @Test
    void indexOfSeveralPlatforms_isResolvedByArchitecture() throws Exception {
        String arm = ContainerFixture.forPlatform(
                image.architecture("arm64")
                        .layer(new TarFixture().file("arm", 0644, ""), "")
                        .manifest(),
                "linux",
                "arm64");
        ContainerFixture other = new ContainerFixture().layer(new TarFixture().file("intel", 0644, ""), "gzip");
        String intel = ContainerFixture.forPlatform(other.manifest(), "linux", "amd64");
        String provenance = ContainerFixture.forPlatform(other.manifest(), "unknown", "unknown");
        image.files.putAll(other.files);
        String nested = image.blob(
                "application/vnd.oci.image.index.v1+json",
                ContainerFixture.utf8("{\"manifests\":[" + arm + "," + intel + "," + provenance + "]}"));
        image.index(nested);
        Path archive = image.archive(folder.resolve("image.tar"), 1);
        assertThat(read(archive)).containsExactly("r/intel 100644 0:0 ");
        try (RootfsSource source = Sources.open(archive, Architecture.AARCH64, folder)) {
            FileTree tree = new FileTree();
            source.addTo(tree, warning -> {});
            assertThat(tree.get(ImagePath.of("arm"))).isNotNull();
        }
    }

    @Test
    void imageForAnotherMachine_isRefused() {
        image.architecture("arm64").layer(new TarFixture(), "").layout();
        refused("it is for linux/arm64, the kernel for linux/amd64");
    }

    @Test
    void severalImages_areRefusedByName() {
        image.layer(new TarFixture(), "");
        String one = image.manifest();
        image.config("\"User\":\"x\"");
        String two = image.manifest();
        image.index(
                one.replace("}", ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"first\"}}"),
                two.replace("}", ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"sec\\u001bond\"}}"));
        refused("the index holds 2 images for linux/amd64 (first, sec?ond); keep one");
    }

    @Test
    void changedLayer_isRefused() {
        layers("gzip").layout();
        changeBlobThat(bytes -> bytes[0] == 0x1f);
        refused("layer 1 is not what its digest sha256:");
    }

    @Test
    void changedConfiguration_isRefused() {
        layers("gzip").layout();
        changeBlobThat(bytes -> new String(bytes, StandardCharsets.UTF_8).contains("diff_ids"));
        refused("holds other bytes than its name says");
    }

    @Test
    void changedManifest_isRefused() {
        layers("gzip").layout();
        changeBlobThat(bytes -> new String(bytes, StandardCharsets.UTF_8).contains("schemaVersion"));
        refused("holds other bytes than its name says");
    }

    @Test
    void changedLayerOfDockerArchive_isRefused() {
        layers("").dockerArchive();
        Objects.requireNonNull(image.files.get("l1/layer.tar"))[600] ^= 1;
        refused("the contents of layer 2 are not what the digest sha256:");
    }

    @Test
    void missingLayer_isRefused() {
        layers("gzip").layout();
        image.files.values().removeIf(bytes -> bytes[0] == 0x1f);
        refused("is missing");
    }

    @Test
    void lyingSize_isRefused() {
        image.layer(new TarFixture(), "");
        String manifest = image.manifest();
        image.index(manifest.replaceFirst("\"size\":[0-9]+", "\"size\":1"));
        refused("has another size than its descriptor says");
    }

    @Test
    void digestThatIsAPath_isRefused() {
        image.layer(new TarFixture(), "");
        image.index(image.manifest().replaceFirst("sha256:[0-9a-f]+", "sha256:../../../etc/passwd"));
        refused("a digest that is not 'sha256:' and 64 hex digits");
    }

    @Test
    void encryptedLayer_isRefused() {
        image.layer(new TarFixture(), "gzip+encrypted").layout();
        refused("a layer of type 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted'");
    }

    @Test
    void unknownLayout_isRefused() {
        layers("").layout();
        image.files.put("oci-layout", ContainerFixture.utf8("{\"imageLayoutVersion\":\"2.0.0\"}"));
        refused("layout version '2.0.0'");
    }

    @Test
    void duplicateMember_isRefused() {
        layers("").layout();
        image.files.put("index.json", ContainerFixture.utf8("{\"manifests\":[],\"manifests\":[]}"));
        refused("index.json is not JSON");
    }

    @Test
    void fileTwiceInOneLayer_isRefused() {
        image.layer(new TarFixture().file("a", 0644, "1").file("a", 0644, "2"), "")
                .layout();
        refused("'a' occurs twice");
    }

    @Test
    void fileBelowLinkOfLowerLayer_isRefused() {
        image.layer(new TarFixture().symlink("lib", "../../etc"), "")
                .layer(new TarFixture().file("lib/passwd", 0644, "x"), "")
                .layout();
        refused("'lib/passwd' lies below 'lib', which is a symbolic link");
    }

    @Test
    void whiteoutOutOfTheTree_isRefused() {
        image.layer(new TarFixture().file("a/.wh...", 0, ""), "").layout();
        refused("path with the part '..'");
    }

    @Test
    void whiteoutTwice_isRefused() {
        image.layer(new TarFixture().file(".wh.a", 0, "").file("./.wh.a", 0, ""), "")
                .layout();
        refused("'.wh.a' occurs twice");
    }

    private ContainerFixture layers(String compression) {
        return image.layer(
                        new TarFixture()
                                .directory("bin", 0755)
                                .file("bin/app", 0755, "old")
                                .file("bin/old", 0644, "low")
                                .file("etc/gone", 0644, "g")
                                .file("etc/kept", 0644, "k"),
                        compression)
                .layer(
                        new TarFixture()
                                .hardLink("bin/link", "bin/old")
                                .entry("bin/app", '0', 04755, 0, 7, "", "new")
                                .file("etc/.wh.gone", 0, "")
                                .file("bin/.wh.old", 0, ""),
                        compression);
    }

    private interface Choice {
        boolean isMeant(byte[] bytes);
    }

    private void changeBlobThat(Choice choice) {
        for (byte[] bytes : image.files.values()) {
            if (choice.isMeant(bytes) && !new String(bytes, StandardCharsets.UTF_8).contains("\"manifests\"")) {
                bytes[bytes.length / 2] ^= 1;
                return;
            }
        }
        throw new IllegalStateException();
    }

    private List<String> read() throws Exception {
        return read(image.archive(folder.resolve("image.tar"), 1));
    }

    private RootfsSource open(Path path) throws Exception {
        return Sources.open(path, Architecture.X86_64, folder);
    }

    private List<String> read(Path path) throws Exception {
        try (RootfsSource source = open(path)) {
            FileTree tree = new FileTree();
            source.addTo(tree, warning -> warnings.add(warning.toString()));
            List<String> lines = new ArrayList<>();
            for (CpioEntry entry : tree.entriesBelow(ImagePath.of("r"))) {
                ByteArrayOutputStream data = new ByteArrayOutputStream();
                entry.data().writeTo(data);
                String text = entry.type() == CpioEntry.DIRECTORY ? "" : " " + data.toString(StandardCharsets.UTF_8);
                lines.add(entry.path() + " " + Integer.toOctalString(entry.mode()) + " " + entry.uid() + ":"
                        + entry.gid() + text);
            }
            return lines;
        }
    }

    private void refused(String rule) {
        assertThatExceptionOfType(FormatException.class).isThrownBy(this::read).withMessageContaining(rule);
    }
}
