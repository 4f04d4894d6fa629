package dev.cloister.image.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.image.Commands;
import dev.cloister.image.Vectors;
import dev.cloister.image.container.ContainerFixture;
import dev.cloister.image.cpio.CpioArchive;
import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.eif.EifSection;
import dev.cloister.image.eif.SectionType;
import dev.cloister.image.eif.TestImages;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.TarFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code describe}, {@code extract} and {@code verify}. */
class InspectCommandsTest {
    @TempDir
    Path folder;

    /** Layer 2 replaces half of what layer 1 brought, so layer 1 must count for the rest alone. */
    @Test
    void bytesOfALayeredImage_areToldByLayer() throws Exception {
        Path archive = layered();
        Commands source = Commands.run(new ImageCommand(), "describe", archive.toString());
        assertThat(source.status()).as(source.err()).isZero();
        assertThat(source.out())
                .containsPattern("tree +3\\.00 MiB +3 files  in all")
                .containsPattern("layer +1\\.00 MiB +1 files  layer 1: RUN step-1")
                .containsPattern("layer +2\\.00 MiB +2 files  layer 2: RUN step-2")
                .containsPattern("folder +2\\.00 MiB +2 files  /usr\n");
        Path image = build(archive);
        Commands described = Commands.run(new ImageCommand(), "describe", image.toString());
        assertThat(described.out())
                .containsPattern("layer +1\\.00 MiB +1 files  layer 1: RUN step-1")
                .containsPattern("layer +2\\.00 MiB +2 files  layer 2: RUN step-2")
                .containsPattern("folder +1\\.00 MiB +1 files  /usr/lib\n")
                .contains("checksum      right");
        JsonNode sizes = JsonMapper.shared()
                .readTree(Commands.run(new ImageCommand(), "describe", image.toString(), "--json", "--sizes")
                        .out());
        long fromLayers = 0;
        for (JsonNode layer : sizes.path("Layers").values()) {
            fromLayers += layer.path("Bytes").asLong();
        }
        assertThat(fromLayers).isEqualTo(sizes.path("Bytes").asLong());
    }

    @Test
    void controlCharactersOfAnImage_doNotReachTheTerminal() throws Exception {
        List<EifSection> sections = new ArrayList<>(TestImages.sections());
        String metadata = "{\"ImageName\":\"a\\u001b[2J\\u202eb\",\"ImageVersion\":\"\\u009b\",\"BuildMetadata\":{"
                + "\"BuildTime\":\"\",\"BuildTool\":\"\",\"BuildToolVersion\":\"\",\"OperatingSystem\":\"\","
                + "\"KernelVersion\":\"\"},\"DockerInfo\":null,\"CustomMetadata\":{\"Layers\":[{\"Source\":\"\\u001b\"}]}}";
        sections.set(2, new EifSection(SectionType.METADATA, Content.of(metadata.getBytes(StandardCharsets.UTF_8))));
        sections.set(4, ramdisk(CpioEntry.file(path("rootfs/\u001b[31m"), 0644, 0, 0, bytes("x"))));
        Path image = TestImages.write(folder.resolve("image.eif"), sections);
        for (String option : List.of("--help", "--json", "--sizes")) {
            Commands described = Commands.run(new ImageCommand(), "describe", image.toString(), option);
            assertThat(described.out() + described.err()).doesNotContain("\u001b", "\u009b", "\u202e");
        }
    }

    @Test
    void tree_isExtractedIntoAFolderOfItsOwn() throws Exception {
        Path image = build(layered());
        Path out = folder.resolve("out");
        Commands run = Commands.run(new ImageCommand(), "extract", image.toString(), "-o", out.toString());
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(out.resolve("rootfs/usr/lib/two")).hasSize(1 << 20);
        assertThat(out.resolve("cmd")).hasContent("/usr/bin/one\n");
        assertThat(out.resolve("env")).isRegularFile();
        Commands again = Commands.run(new ImageCommand(), "extract", image.toString(), "-o", out.toString());
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("is not an empty folder", "hint: ");
    }

    @Test
    void sections_areExtractedAsTheyAre() throws Exception {
        Path out = Files.createDirectory(folder.resolve("out"));
        Path image = Vectors.folder("eif").resolve("signed.eif");
        Commands run =
                Commands.run(new ImageCommand(), "extract", image.toString(), "--sections", "-o", out.toString());
        assertThat(run.status()).as(run.err()).isZero();
        long total = 548;
        for (String name : List.of("kernel", "cmdline", "metadata.json", "ramdisk-0", "ramdisk-1", "signature")) {
            total += 12 + Files.size(out.resolve(name));
        }
        assertThat(total).isEqualTo(Files.size(image));
    }

    /** A link out of the folder, then a file through it, and an application's files that would replace our own. */
    @Test
    void hostileImage_isExtractedNowhereElseAndLeavesNothing() throws Exception {
        Path victim = Files.createDirectory(folder.resolve("victim"));
        List<CpioEntry> entries = List.of(
                CpioEntry.directory(path("rootfs"), 0555, 0, 0),
                CpioEntry.symlink(path("rootfs/out"), victim.toString(), 0, 0),
                CpioEntry.file(path("rootfs/out/file"), 0644, 0, 0, bytes("x")));
        for (CpioEntry last : entries.subList(2, 3)) {
            List<EifSection> sections = new ArrayList<>(TestImages.sections());
            sections.set(4, ramdisk(entries.get(0), entries.get(1), last));
            Path image = TestImages.write(folder.resolve("image.eif"), sections);
            Path out = folder.resolve("out");
            Commands run = Commands.run(new ImageCommand(), "extract", image.toString(), "-o", out.toString());
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err()).contains("lies in no directory of the archive");
            assertThat(out).doesNotExist();
            assertThat(victim).isEmptyDirectory();
            assertThat(folder).isDirectoryNotContaining(file -> file.toString().contains(".extract-"));
        }
    }

    @Test
    void expectedRegisters_areCompared() throws Exception {
        JsonNode expected = JsonMapper.shared()
                .readTree(Vectors.folder("eif").resolve("expected.json"))
                .path("signed");
        String image = Vectors.folder("eif").resolve("signed.eif").toString();
        String pcr0 = expected.path("PCR0").asString();
        String pcr8 = expected.path("PCR8").asString();
        Commands right = Commands.run(new ImageCommand(), "verify", image, "--pcr0", pcr0, "--pcr8", pcr8);
        assertThat(right.status()).as(right.out()).isZero();
        Commands wrong = Commands.run(new ImageCommand(), "verify", image, "--pcr0", pcr8, "--json");
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.out()).contains("\"Verified\":false", "PCR0 is " + pcr0 + ", not " + pcr8);
        assertThat(Commands.run(new ImageCommand(), "verify", image).status()).isEqualTo(2);
        assertThat(Commands.run(new ImageCommand(), "verify", image, "--pcr0", "")
                        .status())
                .isEqualTo(2);
    }

    @Test
    void imageFromRecordedInputs_isBuiltAgainAndCompared() throws Exception {
        Path rootfs = Files.createDirectories(folder.resolve("tree/usr/bin")).resolve("one");
        Files.writeString(rootfs, "#!/bin/sh\n");
        Files.setPosixFilePermissions(rootfs, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path summary = folder.resolve("layered.eif.summary.json");
        Path image = build(folder.resolve("tree"), "--summary", summary.toString());
        Commands right = Commands.run(new ImageCommand(), "verify", image.toString());
        assertThat(right.status()).as(right.out() + right.err()).isZero();
        assertThat(right.out()).isEqualTo("the image is as expected\n");

        Files.setPosixFilePermissions(rootfs, PosixFilePermissions.fromString("rwxrwxr-x"));
        Commands wrong = Commands.run(new ImageCommand(), "verify", image.toString(), "--summary", summary.toString());
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.out())
                .contains(
                        "not what the summary says: rootfs (",
                        "built again it has another PCR0, PCR2",
                        "rootfs/usr/bin/one: mode 0755 -> 0775 (PCR0, PCR2)",
                        "the image is NOT as expected");
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().contains(".verify-"));
    }

    @Test
    void changedLayerOfAContainerImage_isNamed() throws Exception {
        TarFixture low = new TarFixture().file("usr/bin/one", 0755, "1");
        Path rootfs = container(low, new TarFixture().file("usr/lib/two", 0644, "2"));
        Path summary = folder.resolve("layered.eif.summary.json");
        String image = build(rootfs, "--summary", summary.toString()).toString();
        JsonNode layer = JsonMapper.shared()
                .readTree(Files.readAllBytes(summary))
                .path("Inputs")
                .get(4);
        assertThat(layer.path("Kind").asString()).isEqualTo("layer 1");
        assertThat(layer.path("Digest").asString()).isEqualTo("sha256:" + sha256(low.bytes()));
        assertThat(layer.path("Bytes").asLong()).isEqualTo(low.bytes().length);
        Commands same = Commands.run(new ImageCommand(), "verify", image);
        assertThat(same.status()).as(same.out() + same.err()).isZero();

        container(low, new TarFixture().file("usr/lib/two", 0644, "3"));
        Commands changed = Commands.run(new ImageCommand(), "verify", image);
        assertThat(changed.status()).isEqualTo(1);
        assertThat(changed.out())
                .contains("not what the summary says: layer 2 (" + rootfs + ")", "rootfs/usr/lib/two: ")
                .doesNotContain("layer 1");

        container(low);
        assertThat(Commands.run(new ImageCommand(), "verify", image).out())
                .contains("not what the summary says: layer 2 (gone)");
    }

    private Path container(TarFixture... layers) throws Exception {
        ContainerFixture image = new ContainerFixture();
        for (TarFixture layer : layers) {
            image.layer(layer, "gzip");
        }
        return image.layout().archive(folder.resolve("container.tar"), 1);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private Path layered() throws Exception {
        String mebibyte = "x".repeat(1 << 20);
        ContainerFixture image = new ContainerFixture();
        image.layer(new TarFixture().file("usr/bin/one", 0755, mebibyte).file("opt/kept", 0644, mebibyte), "gzip")
                .layer(new TarFixture().file("usr/bin/one", 0755, mebibyte).file("usr/lib/two", 0644, mebibyte), "gzip")
                .layout();
        return image.archive(folder.resolve("image.tar"), 1);
    }

    private Path build(Path rootfs, String... options) throws Exception {
        Path blobs = Files.createDirectories(folder.resolve("blobs"));
        Files.writeString(blobs.resolve("bzImage"), "kernel");
        Files.writeString(blobs.resolve("cmdline"), "console=ttyS0");
        Files.writeString(blobs.resolve("init"), "init");
        Path image = folder.resolve("layered.eif");
        List<String> words = new ArrayList<>(List.of("build", "--blobs", blobs.toString()));
        words.addAll(List.of("--rootfs", rootfs.toString(), "--cmd", "/usr/bin/one", "-o", image.toString()));
        words.addAll(List.of(options));
        Commands built = Commands.run(new ImageCommand(), words.toArray(String[]::new));
        assertThat(built.status()).as(built.err()).isZero();
        return image;
    }

    private static EifSection ramdisk(CpioEntry... entries) throws Exception {
        return new EifSection(SectionType.RAMDISK, new CpioArchive(List.of(entries), 0));
    }

    private static ImagePath path(String latin1) {
        return new ImagePath(latin1);
    }

    private static Content bytes(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
