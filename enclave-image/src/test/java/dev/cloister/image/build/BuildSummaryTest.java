package dev.cloister.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.cli.CommandRunner;
import dev.cloister.image.command.ImageCommand;
import dev.cloister.image.file.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From a manifest to an image and its summary, and from the summary to the same image again. */
class BuildSummaryTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private Path manifest = Path.of("");
    private Path image = Path.of("");
    private Path summary = Path.of("");

    @BeforeEach
    void build() throws Exception {
        Fixture.create(folder, 3);
        manifest = folder.resolve("image.yaml");
        image = Files.createDirectory(folder.resolve("out")).resolve("image.eif");
        summary = folder.resolve("out/image.json");
        Files.writeString(manifest, """
                name: x
                blobs: blobs
                rootfs: rootfs
                overlays: [{path: opt/app, from: overlay}]
                modes: {opt/app/run.sh: "0711"}
                cmd: [/bin/app, two words]
                env: {B: "1", A: "2"}
                """);
        assertThat(run("build", "-m", manifest.toString(), "-o", image.toString(), "--summary", summary.toString()))
                .as(() -> stderr.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    @Test
    void summary_namesEveryInputAndTheImage() throws Exception {
        JsonNode json = JsonMapper.shared().readTree(Files.readAllBytes(summary));
        assertThat(json.path("Inputs").values().stream()
                        .map(input -> input.path("Kind").asString()))
                .containsExactly(
                        "manifest",
                        "kernel",
                        "kernel configuration",
                        "cmdline",
                        "init",
                        "nsm",
                        "rootfs",
                        "overlay opt/app");
        JsonNode kernel = json.path("Inputs").get(1);
        assertThat(kernel.path("Path").asString()).isEqualTo("../blobs/bzImage");
        // printf kernel | sha256sum
        assertThat(kernel.path("Digest").asString())
                .isEqualTo("sha256:6923dd1bc0460082c5d55a831908c24a282860b7f1cd6c2b79cf1bc8857c639c");
        JsonNode file = json.path("Inputs").get(0);
        assertThat(file.path("Path").asString()).isEqualTo("../image.yaml");
        assertThat(file.path("Digest").asString()).isEqualTo("sha256:" + sha256(Files.readAllBytes(manifest)));
        assertThat(file.path("Bytes").asLong()).isEqualTo(Files.size(manifest));
        assertThat(json.path("Image").path("Bytes").asLong()).isEqualTo(Files.size(image));
        assertThat(json.path("Measurements").path("PCR0").asString()).hasSize(96);
        assertThat(json.path("Layers").get(1).path("Source").asString()).isEqualTo("rootfs");
    }

    @Test
    void recipeOfSummary_buildsTheSameImage() throws Exception {
        assertThat(BuildSummary.changedInputs(summary, List.of())).isEmpty();
        Path again = folder.resolve("again.eif");
        new RecipeBuild(BuildSummary.recipe(summary)).build(again, warning -> {}, tree -> {});
        assertThat(again).hasSameBinaryContentAs(image);
    }

    @Test
    void changedInput_isNamed() throws Exception {
        Files.writeString(folder.resolve("overlay/data/one"), "changed");
        Files.delete(folder.resolve("blobs/nsm.ko"));
        assertThat(BuildSummary.changedInputs(summary, List.of()))
                .satisfiesExactly(
                        overlay -> assertThat(overlay).startsWith("overlay opt/app ("),
                        nsm -> assertThat(nsm).isEqualTo("nsm (gone)"));
    }

    @Test
    void changedManifest_isNamed() throws Exception {
        Files.writeString(manifest, "# another comment\n", StandardOpenOption.APPEND);
        assertThat(BuildSummary.changedInputs(summary, List.of())).containsExactly("manifest (" + manifest + ")");
        Files.delete(manifest);
        assertThat(BuildSummary.changedInputs(summary, List.of())).containsExactly("manifest (gone)");
    }

    /** Two overlays of one place are two inputs of one kind. */
    @Test
    void inputsOfOneKind_areComparedInTheirOrder() throws Exception {
        Files.writeString(
                manifest,
                "{blobs: blobs, rootfs: rootfs, cmd: [/bin/app], overlays: [{path: x, from: overlay/run.sh},"
                        + " {path: x, from: overlay/data/one}]}");
        assertThat(run("build", "-m", manifest.toString(), "-o", image.toString(), "--summary", summary.toString()))
                .isZero();
        assertThat(BuildSummary.changedInputs(summary, List.of())).isEmpty();
    }

    @Test
    void pathOfTheManifestThatIsNone_isRefused() throws Exception {
        String text = Files.readString(summary);
        Files.writeString(summary, text.replace("\"../image.yaml\"", "\"\\u0000\""));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> BuildSummary.changedInputs(summary, List.of()))
                .withMessage("summary: the Path of an input is none");
    }

    @Test
    void manifestWithOtherOptions_isUsage() throws Exception {
        assertThat(run("build", "-m", manifest.toString(), "-o", image.toString(), "--cmd", "/x"))
                .isEqualTo(2);
        assertThat(stderr.toString(StandardCharsets.UTF_8))
                .contains("--manifest excludes --cmd", "write it into the manifest");
    }

    @Test
    void brokenManifest_leavesNoImage() throws Exception {
        Files.writeString(manifest, "rootfs: rootfs\nblob: x\n");
        Path other = folder.resolve("other.eif");
        assertThat(run("build", "-m", manifest.toString(), "-o", other.toString()))
                .isEqualTo(1);
        assertThat(stderr.toString(StandardCharsets.UTF_8)).contains("unknown key 'blob'");
        assertThat(other).doesNotExist();
    }

    @Test
    void fileOfAMode_mustBeThere() throws Exception {
        Files.writeString(manifest, "rootfs: rootfs\nblobs: blobs\ncmd: [/bin/app]\nmodes: {absent: \"0644\"}\n");
        assertThat(run("build", "-m", manifest.toString(), "-o", image.toString()))
                .isEqualTo(1);
        assertThat(stderr.toString(StandardCharsets.UTF_8)).contains("no file 'absent' to set a mode of");
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private int run(String... arguments) {
        return new CommandRunner(new PrintStream(stderr, true, StandardCharsets.UTF_8))
                .run(new ImageCommand(), arguments);
    }
}
