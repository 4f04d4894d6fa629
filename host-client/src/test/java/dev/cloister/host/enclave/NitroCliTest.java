package dev.cloister.host.enclave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.protocol.channel.EnclaveAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NitroCliTest {
    private static final String ONE =
            "[{\"EnclaveName\":\"app\",\"EnclaveCID\":16,\"State\":\"RUNNING\",\"Unknown\":{\"a\":[1]}}]";

    @TempDir
    Path folder;

    /** A program that behaves as nitro-cli does. */
    private EnclaveFinder finder(String script) throws Exception {
        Path program = Files.writeString(folder.resolve("nitro-cli"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return new EnclaveFinder(Map.of(), new NitroCli(program.toString(), Duration.ofSeconds(5)));
    }

    private static String printing(String json) {
        return "cat <<'END'\n" + json + "\nEND";
    }

    @Test
    void oneRunningEnclave_isFound() throws Exception {
        assertThat(finder("echo progress >&2; " + printing(ONE)).find(null)).isEqualTo(new EnclaveAddress.Kernel(16));
    }

    @Test
    void enclavesThatDoNotRun_areLeftOut() throws Exception {
        String ending = "{\"EnclaveName\":\"old\",\"EnclaveCID\":17,\"State\":\"TERMINATING\"}";
        assertThat(finder(printing("[" + ending + "," + ONE.substring(1))).find(null))
                .isEqualTo(new EnclaveAddress.Kernel(16));
    }

    @Test
    void noEnclave_isUnreachable() throws Exception {
        assertUnreachable(finder(printing("[]")), "no enclave is running");
    }

    @Test
    void severalEnclaves_areNamed() throws Exception {
        String second = "{\"EnclaveName\":\"other\",\"EnclaveCID\":4294967294,\"State\":\"RUNNING\"}";
        assertUnreachable(
                finder(printing("[" + second + "," + ONE.substring(1))), "other (vsock:4294967294), app (vsock:16)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exit 18",
                "true",
                "echo '{}'",
                "echo '[1]'",
                "echo '[{\"EnclaveCID\":\"16\",\"State\":\"RUNNING\"}]'",
                "echo '[{\"EnclaveCID\":-1,\"State\":\"RUNNING\"}]'",
                "echo '[{\"EnclaveCID\":16}]'",
                "echo '[{]'",
                "echo 'a: &a [*a, *a]'"
            })
    void failureOrNonsense_isUnreachable(String script) throws Exception {
        assertUnreachable(finder(script), "describe-enclaves'");
    }

    @Test
    void programThatHangs_isGivenUp() throws Exception {
        Path program = Files.writeString(folder.resolve("nitro-cli"), "#!/bin/sh\nexec sleep 60\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        NitroCli hanging = new NitroCli(program.toString(), Duration.ofMillis(200));
        assertThatThrownBy(hanging::describeEnclaves).isInstanceOf(CommandException.class);
    }

    @Test
    void missingProgram_isUnreachable() {
        assertUnreachable(
                new EnclaveFinder(Map.of(), new NitroCli("/nonexistent/nitro-cli", Duration.ofSeconds(1))),
                "cannot be run to find one");
    }

    @Test
    void namedEnclave_isTaken() throws Exception {
        EnclaveFinder finder = new EnclaveFinder(
                Map.of("CLOISTER_ENCLAVE", "vsock:5"), new NitroCli("/nonexistent", Duration.ofSeconds(1)));
        assertThat(finder.find(null)).isEqualTo(new EnclaveAddress.Kernel(5));
        assertThat(finder.find("vsock:6")).isEqualTo(new EnclaveAddress.Kernel(6));
        assertThat(finder.find("unix:/run/x")).isEqualTo(new EnclaveAddress.Folder(Path.of("/run/x")));
    }

    @ParameterizedTest
    @CsvSource({"vsock:", "5", "tcp:1", "vsock:5:6000"})
    void wrongAddress_isAUsageError(String address) {
        EnclaveFinder finder = new EnclaveFinder(Map.of(), new NitroCli("/nonexistent", Duration.ofSeconds(1)));
        assertThatThrownBy(() -> finder.find(address))
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.USAGE));
    }

    @Test
    void sharedVectors_areRead() throws Exception {
        Path vectors = vectors();
        NitroCli nitroCli = NitroCli.installed();
        assertThat(nitroCli.parse(Files.readString(vectors.resolve("describe-enclaves.json"))))
                .containsExactly(new NitroCli.Enclave("two-ramdisks", 16, "RUNNING"));
        assertThat(nitroCli.parse(Files.readString(vectors.resolve("describe-enclaves-empty.json"))))
                .isEmpty();
    }

    /** {@code shared/vectors/nitro-cli} beside some folder above this one. */
    private static Path vectors() {
        for (Path above = Path.of("").toAbsolutePath(); above != null; above = above.getParent()) {
            Path vectors = above.resolve("shared/vectors/nitro-cli");
            if (Files.isDirectory(vectors)) {
                return vectors;
            }
        }
        assumeTrue(false, "shared/vectors/nitro-cli is not there");
        throw new AssertionError();
    }

    private static void assertUnreachable(EnclaveFinder finder, String message) {
        assertThatThrownBy(() -> finder.find(null))
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.ENCLAVE_UNREACHABLE))
                .hasMessageContaining(message);
    }
}
