package dev.cloister.image.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.cli.CommandRunner;
import dev.cloister.cli.Json;
import dev.cloister.image.Vectors;
import dev.cloister.image.eif.EifFile;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class CommandsTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final CommandRunner runner = new CommandRunner(new PrintStream(stderr, true, StandardCharsets.UTF_8));

    @Test
    void description_hasTheShapeOfNitroCli() throws Exception {
        JsonNode expected =
                JsonMapper.shared().readTree(Vectors.folder("nitro-cli").resolve("describe-eif-signed.json"));
        try (EifFile eif = EifFile.open(Vectors.folder("eif").resolve("signed.eif"))) {
            ObjectNode described =
                    (ObjectNode) JsonMapper.shared().readTree(Json.write(Description.of(eif, eif.check())));
            ObjectNode certificate = (ObjectNode) described.path("SigningCertificate");
            assertThat(certificate.toString())
                    .matches("\\{\"IssuerName\":\\{\"countryName\":\"US\",\"commonName\":\"[^\"]+\"},"
                            + "\"Algorithm\":\"ecdsa-with-SHA384\","
                            + "\"NotBefore\":\"[A-Z][a-z]{2} [ 1-3][0-9] [0-9:]{8} [0-9]{4} GMT\",\"NotAfter\":\"[^\"]+ GMT\","
                            + "\"Signature\":\"30:65:02:31(:[0-9a-f]{2})+\"}");
            // The values of the certificate in the expected file are invented.
            described.set("SigningCertificate", expected.path("SigningCertificate"));
            assertThat(described.toPrettyString()).isEqualTo(expected.toPrettyString());
        }
    }

    @Test
    void missingRootfs_isNamedAndLeavesNoImage() throws Exception {
        Path blobs = blobs();
        assertThat(build(blobs, folder.resolve("absent"))).isEqualTo(1);
        assertThat(printed()).isEqualTo("cloister: error: no such file: " + folder.resolve("absent") + "\n");
        assertThat(folder.resolve("image.eif")).doesNotExist();
    }

    @Test
    void brokenTar_leavesNoFileBehind() throws Exception {
        Path tar = Files.writeString(folder.resolve("broken.tar"), "x".repeat(1024));
        assertThat(build(blobs(), tar)).isEqualTo(1);
        assertThat(printed()).startsWith("cloister: error: tar: no tar archive");
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().contains("image.eif"));
    }

    /** Folders that are not there and one in which nobody, not even root, can create a file. */
    @ParameterizedTest
    @CsvSource({"--summary,--sbom,absent/file", "--sbom,--summary,absent/file", "--summary,--sbom,/proc/file"})
    void outputThatCannotBeWritten_leavesNoOther(String option, String other, String place) throws Exception {
        Path program = Files.createDirectories(folder.resolve("rootfs/bin")).resolve("true");
        assertThat(Files.createFile(program).toFile().setExecutable(true)).isTrue();
        Path out = Files.createDirectory(folder.resolve("out"));
        assertThat(runner.run(
                        new ImageCommand(),
                        "build",
                        "--blobs",
                        blobs().toString(),
                        "--rootfs",
                        folder.resolve("rootfs").toString(),
                        "--cmd",
                        "/bin/true",
                        option,
                        out.resolve(place).toString(),
                        other,
                        out.resolve("other").toString(),
                        "-o",
                        out.resolve("image.eif").toString()))
                .isEqualTo(1);
        assertThat(printed()).contains("cloister: error: ", place.startsWith("/") ? "/proc/" : "no directory " + out);
        assertThat(out).isEmptyDirectory();
    }

    @Test
    void missingBlobsFolder_saysWhatToInstall() throws Exception {
        assertThat(build(folder.resolve("absent"), folder)).isEqualTo(1);
        assertThat(printed()).contains("no blobs folder", "cloister: hint: install aws-nitro-enclaves-cli-devel");
    }

    @Test
    void serverWithoutRuntime_saysHowToMakeIt() throws Exception {
        assertThat(runner.run(
                        new ImageCommand(),
                        "build",
                        "--blobs",
                        blobs().toString(),
                        "--rootfs",
                        folder.toString(),
                        "--server",
                        folder.toString(),
                        "-o",
                        folder.resolve("image.eif").toString()))
                .isEqualTo(1);
        assertThat(printed()).contains("no runtime/bin/java in", "cloister image runtime");
    }

    @Test
    void overlayOutsideTheImage_isUsage() throws Exception {
        int status = runner.run(
                new ImageCommand(),
                "build",
                "--blobs",
                blobs().toString(),
                "--rootfs",
                folder.toString(),
                "--cmd",
                "/x",
                "--overlay",
                "../x=/etc/hosts",
                "-o",
                folder.resolve("image.eif").toString());
        assertThat(status).isEqualTo(2);
    }

    @Test
    void imageThatIsNone_isRefusedByName() throws Exception {
        Path file = Files.writeString(folder.resolve("x.eif"), "x".repeat(600));
        assertThat(runner.run(new ImageCommand(), "describe", file.toString())).isEqualTo(1);
        assertThat(printed())
                .isEqualTo(
                        "cloister: error: eif: the magic number is not '.eif', and it is no root filesystem either (tar: "
                                + "no tar archive, or a header whose checksum is wrong)\n");
    }

    @Test
    void pinOfMalformedValue_isRefusedBeforeKmsIsCalled() {
        assertThat(runner.run(new KeyCommand(), "pin", "-k", "x", "--pcr0", "12"))
                .isEqualTo(1);
        assertThat(printed()).contains("a PCR is 96 hex digits");
    }

    private int build(Path blobs, Path rootfs) {
        return runner.run(
                new ImageCommand(),
                "build",
                "--blobs",
                blobs.toString(),
                "--rootfs",
                rootfs.toString(),
                "--cmd",
                "/bin/true",
                "-o",
                folder.resolve("image.eif").toString());
    }

    private Path blobs() throws Exception {
        Path blobs = Files.createDirectories(folder.resolve("blobs"));
        Files.writeString(blobs.resolve("bzImage"), "kernel");
        Files.writeString(blobs.resolve("cmdline"), "console=ttyS0");
        Files.writeString(blobs.resolve("init"), "init");
        return blobs;
    }

    private String printed() {
        return stderr.toString(StandardCharsets.UTF_8);
    }
}
