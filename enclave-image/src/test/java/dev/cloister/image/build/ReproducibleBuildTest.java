package dev.cloister.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.image.ImageMain;
import dev.cloister.image.eif.EifFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same inputs give the same file: the promise that makes a PCR worth publishing. */
class ReproducibleBuildTest {
    @TempDir
    Path folder;

    @Test
    void buildsInDifferentSurroundings_areEqualToTheByte() throws Exception {
        Path first = build("one", 1, "umask 022; LC_ALL=C.UTF-8 TZ=UTC");
        Path second = build("two", 2, "umask 077; LC_ALL=C TZ=Asia/Kathmandu HOME=/nowhere");
        assertThat(second).hasSameBinaryContentAs(first);
        try (EifFile eif = EifFile.open(first)) {
            assertThat(eif.metadata().build("BuildTime")).isEqualTo("1970-01-01T00:00:00+00:00");
            assertThat(eif.metadata().build("KernelVersion")).isEqualTo("6.1.1");
        }
    }

    @Test
    void sourceDateEpoch_isTheOnlyTimeThatGetsIn() throws Exception {
        Path epoch = build("one", 1, "SOURCE_DATE_EPOCH=1700000000");
        try (EifFile eif = EifFile.open(epoch)) {
            assertThat(eif.metadata().build("BuildTime")).isEqualTo("2023-11-14T22:13:20+00:00");
        }
        assertThat(build("two", 2, "SOURCE_DATE_EPOCH=1700000000")).hasSameBinaryContentAs(epoch);
    }

    @Test
    void changedMode_changesTheImage() throws Exception {
        Path before = build("one", 1, "");
        Fixture changed = Fixture.create(Files.createDirectory(folder.resolve("two")), 1);
        assertThat(changed.rootfs().resolve("bin/app").toFile().setExecutable(false))
                .isTrue();
        Path after = run(changed, folder.resolve("changed.eif"), "");
        assertThat(Files.mismatch(before, after)).isNotNegative();
    }

    private Path build(String name, long seed, String surroundings) throws Exception {
        Fixture fixture = Fixture.create(Files.createDirectory(folder.resolve(name)), seed);
        Path out = Files.createDirectory(folder.resolve(name + "-out"));
        return run(fixture, out.resolve("image.eif"), surroundings);
    }

    /** Builds in a process of its own, since umask, locale and time zone are a process's. */
    private Path run(Fixture fixture, Path image, String surroundings) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        List<String> arguments = List.of(
                "image",
                "build",
                "--blobs",
                fixture.blobs().toString(),
                "--rootfs",
                fixture.rootfs().toString(),
                "--overlay",
                "opt/app=" + fixture.overlay(),
                "--cmd",
                "/bin/app",
                "--cmd",
                "two words",
                "--env",
                fixture.folder().endsWith("one") ? "B=1" : "A=2",
                "--env",
                fixture.folder().endsWith("one") ? "A=2" : "B=1",
                "--json",
                "-o",
                image.toString());
        ProcessBuilder process = new ProcessBuilder(
                "sh",
                "-c",
                surroundings + " exec \"$@\"",
                "sh",
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ImageMain.class.getName());
        process.command().addAll(arguments);
        process.environment().remove("SOURCE_DATE_EPOCH");
        process.redirectErrorStream(true);
        Process running = process.start();
        String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(running.waitFor()).as(output).isZero();
        assertThat(output).startsWith("{\"Measurements\":{");
        return image;
    }
}
