package dev.cloister.image.eif;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.image.Vectors;
import dev.cloister.image.file.FileRegion;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Images whose registers QEMU's nitro-enclave machine agrees on. */
class EifVectorsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"one-ramdisk", "two-ramdisks", "three-ramdisks", "aarch64", "signed"})
    void vector_measuresAsExpectedAndIsWrittenBackTheSame(String name) throws Exception {
        Path vectors = Vectors.folder("eif");
        JsonNode expected =
                JsonMapper.shared().readTree(vectors.resolve("expected.json")).path(name);
        Path copy = folder.resolve("copy.eif");
        try (EifFile eif = EifFile.open(vectors.resolve(name + ".eif"));
                FileChannel out = FileChannel.open(copy, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            Measurements measurements = eif.measure();
            assertThat(measurements.pcr0().hex())
                    .isEqualTo(expected.path("PCR0").asString());
            assertThat(measurements.pcr1().hex())
                    .isEqualTo(expected.path("PCR1").asString());
            assertThat(measurements.pcr2().hex())
                    .isEqualTo(expected.path("PCR2").asString());
            assertThat(measurements.pcr8().map(Pcr::hex).orElse(""))
                    .isEqualTo(expected.path("PCR8").asString(""));
            assertThat(EifWriter.write(out, eif.header(), eif.sections())).isEqualTo(measurements);
            assertThat(eif.metadata().encode()).isEqualTo(metadataSection(eif));
            assertThat(!eif.isSigned() || eif.signature().signs(measurements.pcr0()))
                    .isTrue();
        }
        assertThat(copy).hasSameBinaryContentAs(vectors.resolve(name + ".eif"));
        assertThat(Files.size(copy)).isEqualTo(expected.path("size").asLong());
    }

    private static byte[] metadataSection(EifFile eif) throws Exception {
        for (EifSection section : eif.sections()) {
            if (section.type() == SectionType.METADATA) {
                return ((FileRegion) section.data()).readAll(1 << 20);
            }
        }
        throw new AssertionError("no metadata");
    }
}
