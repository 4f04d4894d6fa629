package dev.cloister.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cloister.image.build.ImageBuilder.Identity;
import dev.cloister.image.cpio.CpioArchive;
import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.eif.EifSection;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.eif.SectionType;
import dev.cloister.image.eif.TestImages;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.HostNames;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.Overlay;
import dev.cloister.image.rootfs.RootfsSource;
import dev.cloister.image.rootfs.TarFixture;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EifUnpackerTest {
    @TempDir
    Path folder;

    private Path target = Path.of("");
    private final List<String> warnings = new ArrayList<>();

    @BeforeEach
    void makeTarget() throws Exception {
        target = Files.createDirectory(folder.resolve("target"));
    }

    @Test
    void builtImage_comesBackAsItWentIn() throws Exception {
        Path tar = new TarFixture()
                .directory("./", 0755)
                .directory("./locked", 0555)
                .file("./locked/big", 0640, "z".repeat(200_000))
                .file("./bin/é", 06755, "program")
                .directory("./tmp", 01777)
                .symlink("./out", "../../../etc/passwd")
                .writeTo(folder.resolve("rootfs.tar"));
        Fixture fixture = Fixture.create(Files.createDirectory(folder.resolve("in")), 1);
        LaunchRequest launch = new LaunchRequest(
                List.of("/opt/app/run.sh", "", "two words"),
                Map.of("A", "1=2", "B", "", "PATH", "/bin"),
                Optional.empty(),
                Optional.empty(),
                false);
        Identity identity = new Identity("t", "1", Instant.EPOCH, "0");
        List<Overlay> overlays = List.of(
                new Overlay.FromPath(ImagePath.of("opt/app"), fixture.overlay()),
                new Overlay.OfContent(ImagePath.of("etc/x.yaml"), Content.of(new byte[] {'x'})));
        Path image = folder.resolve("i.eif");
        Measurements built;
        try (RootfsSource source = TarFixture.open(tar)) {
            built = new ImageBuilder(Blobs.of(fixture.blobs()), source, overlays, Map.of(), launch, identity)
                    .build(image, warning -> warnings.add(warning.toString()))
                    .measurements();
        }
        UnpackedImage unpacked = EifUnpacker.unpack(image, target, warning -> warnings.add(warning.toString()));

        assertThat(unpacked.measurements()).isEqualTo(built);
        assertThat(unpacked.arguments()).containsExactly("/opt/app/run.sh", "", "two words");
        assertThat(unpacked.environment())
                .containsExactly(
                        Map.entry("A", "1=2"),
                        Map.entry("B", ""),
                        Map.entry("LANG", "C.UTF-8"),
                        Map.entry("PATH", "/bin"));
        Path rootfs = unpacked.rootfs();
        assertThat(rootfs.resolve("locked/big")).hasContent("z".repeat(200_000));
        assertThat(mode("locked")).isEqualTo(040555);
        assertThat(mode("locked/big")).isEqualTo(0100640);
        assertThat(mode("bin/é")).as("set-user-id bits are dropped").isEqualTo(0100755);
        assertThat(mode("tmp")).isEqualTo(041777);
        assertThat(Files.readSymbolicLink(rootfs.resolve("out"))).hasToString("../../../etc/passwd");
        assertThat(rootfs.resolve("opt/app/data/one")).hasContent("1");
        assertThat(mode("opt/app/run.sh")).isEqualTo(0100755);
        assertThat(rootfs.resolve("etc/x.yaml")).hasContent("x");
        assertThat(warnings).isEmpty();
    }

    @Test
    void fileBelowSymbolicLink_isRefusedAndNothingLeavesTheFolder() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        refused(
                "'rootfs/a/b' lies in no directory of the archive",
                CpioEntry.symlink(ImagePath.of("rootfs/a"), outside.toString(), 0, 0),
                file("rootfs/a/b", "x"));
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void symbolicLinkReplacedByDirectoryOfALaterRamdisk_isRefused() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path image = image(
                archive(CpioEntry.symlink(ImagePath.of("rootfs/a"), outside.toString(), 0, 0)),
                new CpioArchive(List.of(directory("rootfs/a"), file("rootfs/a/b", "x")), 0));
        assertThatIOException().isThrownBy(() -> EifUnpacker.unpack(image, target, warning -> {}));
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void fileOverSymbolicLinkOfAnEarlierRamdisk_isRefused() throws Exception {
        Path outside = Files.writeString(folder.resolve("outside"), "mine");
        Path image = image(
                archive(CpioEntry.symlink(ImagePath.of("rootfs/a"), outside.toString(), 0, 0)),
                new CpioArchive(List.of(file("rootfs/a", "theirs")), 0));
        assertThatIOException().isThrownBy(() -> EifUnpacker.unpack(image, target, warning -> {}));
        assertThat(outside).hasContent("mine");
    }

    @Test
    void fileWithoutItsDirectory_isRefused() throws Exception {
        refused("lies in no directory", file("rootfs/none/b", "x"));
    }

    @Test
    void rootfsThatIsASymbolicLink_isRefused() throws Exception {
        Path image = image(new CpioArchive(List.of(CpioEntry.symlink(ImagePath.of("rootfs"), "/", 0, 0)), 0));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> EifUnpacker.unpack(image, target, warning -> {}))
                .withMessageContaining("no root filesystem");
    }

    @Test
    void device_isLeftOutWithWarning() throws Exception {
        Path image = image(archive(new CpioEntry(ImagePath.of("rootfs/null"), 020666, 0, 0, Content.of(new byte[0]))));
        EifUnpacker.unpack(image, target, warning -> warnings.add(warning.toString()));
        assertThat(warnings).containsExactly("'rootfs/null': left out, a device, socket or pipe");
        assertThat(target.resolve("rootfs")).isEmptyDirectory();
    }

    @Test
    void imageWithWrongChecksum_isRefusedBeforeAnythingIsWritten() throws Exception {
        Path image = image(archive());
        byte[] bytes = Files.readAllBytes(image);
        bytes[bytes.length - 1] ^= 1;
        Files.write(image, bytes);
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> EifUnpacker.unpack(image, target, warning -> {}))
                .withMessageContaining("checksum");
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void ramdiskThatIsNoArchive_isRefused() throws Exception {
        Path image = TestImages.write(folder.resolve("i.eif"), TestImages.sections());
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> EifUnpacker.unpack(image, target, warning -> {}))
                .withMessageStartingWith("cpio: ");
    }

    @Test
    void commandWithLineEnd_isRefused() {
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> Launch.of(List.of("a\nb"), Map.of()))
                .withMessageContaining("an argument has a line end");
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> Launch.of(List.of("a"), Map.of("A", "1\nB=2")))
                .withMessageContaining("an environment variable has a line end");
    }

    @Test
    void missingBlob_isNamedAndNoImageIsLeft() throws Exception {
        Fixture fixture = Fixture.create(Files.createDirectory(folder.resolve("in")), 1);
        Files.delete(fixture.blobs().resolve("init"));
        assertThatIOException().isThrownBy(() -> Blobs.of(fixture.blobs())).withMessageContaining("init");
    }

    private int mode(String name) throws Exception {
        Path file = HostNames.resolve(target.resolve("rootfs"), ImagePath.of(name));
        return (Integer) Files.getAttribute(file, "unix:mode");
    }

    private void refused(String rule, CpioEntry... entries) throws Exception {
        Path image = image(archive(entries));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> EifUnpacker.unpack(image, target, warning -> {}))
                .withMessageContaining(rule);
    }

    /** With what every application's ramdisk has. */
    private static CpioArchive archive(CpioEntry... entries) throws FormatException {
        List<CpioEntry> all = new ArrayList<>(List.of(file("cmd", "/bin/x\n"), file("env", ""), directory("rootfs")));
        all.addAll(List.of(entries));
        return new CpioArchive(all, 0);
    }

    private static CpioEntry directory(String path) {
        return CpioEntry.directory(ImagePath.of(path), 0755, 0, 0);
    }

    private static CpioEntry file(String path, String content) {
        return CpioEntry.file(ImagePath.of(path), 0644, 0, 0, Content.of(content.getBytes(StandardCharsets.UTF_8)));
    }

    private Path image(CpioArchive... ramdisks) throws Exception {
        List<EifSection> sections = new ArrayList<>(TestImages.sections().subList(0, 4));
        for (CpioArchive ramdisk : ramdisks) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ramdisk.writeTo(bytes);
            sections.add(new EifSection(SectionType.RAMDISK, Content.of(bytes.toByteArray())));
        }
        return TestImages.write(folder.resolve("i.eif"), sections);
    }
}
