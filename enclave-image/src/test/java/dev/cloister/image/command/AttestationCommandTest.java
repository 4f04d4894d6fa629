package dev.cloister.image.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.image.Commands;
import dev.cloister.image.Vectors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command on documents that AWS's hardware signed; what a document can break is tested with the verifier. */
class AttestationCommandTest {
    private static final String GENUINE = "marlin-sample1.bin";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "automata-attestation_1.bin",
                "bearclave-nitro-report-debug.bin",
                "bearclave-nitro-report.bin",
                "evervault-valid.bin",
                "marlin-sample1.bin",
                "nautilus-weather-1.bin",
                "qos-mock_attestation_doc.bin",
                "turnkey-proofs-1.bin"
            })
    void capturedDocument_holdsAtItsTimeAndNotToday(String name) throws Exception {
        JsonNode expected = expected(name);
        boolean isDebug = expected.path("debug_mode").asBoolean();
        String time =
                Instant.ofEpochMilli(expected.path("timestamp_ms").asLong()).toString();
        Commands strict = verify(name, "--at", time, "--json");
        assertThat(strict.status()).isEqualTo(isDebug ? 11 : 0);
        if (isDebug) {
            assertThat(json(strict).path("Rule").asString()).isEqualTo("debug-mode");
            assertThat(strict.err()).contains("\"reason\":\"attestation-rejected\"", "\"status\":11", "--allow-debug");
        }
        Commands allowed = verify(name, "--at", "document", "--allow-debug", "--json");
        assertThat(allowed.status()).isZero();
        assertThat(json(allowed).path("Verified").asBoolean()).isTrue();
        assertThat(json(allowed).path("ModuleId")).isEqualTo(expected.path("module_id"));
        assertThat(json(allowed).path("TimestampMillis").asLong())
                .isEqualTo(expected.path("timestamp_ms").asLong());
        Commands today = verify(name, "--allow-debug");
        assertThat(today.status()).isEqualTo(11);
        assertThat(today.err()).contains("(rule certificate-path)", "--at TIME").doesNotContain("Exception");
        assertThat(today.out()).isEmpty();
    }

    @Test
    void expectedRegisters_areComparedInEitherCase() throws Exception {
        JsonNode pcrs = expected(GENUINE).path("nonzero_pcrs");
        String pcr0 = pcrs.path("0").asString();
        String pcr4 = pcrs.path("4").asString();
        Commands right =
                verify(GENUINE, "--at", "document", "--pcr0", pcr0.toUpperCase(Locale.ROOT), "--pcr", "4=" + pcr4);
        assertThat(right.status()).isZero();
        assertThat(right.out()).startsWith("the document holds\n").contains("PCR0          " + pcr0);
        assertThat(right.err()).isEmpty();
        assertThat(verify(GENUINE, "--at", "document", "--pcr0", pcr0, "--pcr0", pcr4)
                        .status())
                .isZero();
        Commands wrong = verify(GENUINE, "--at", "document", "--pcr0", pcr0, "--pcr", "4=" + pcr0);
        assertThat(wrong.status()).isEqualTo(11);
        assertThat(wrong.err()).contains("PCR4 is not an expected one (rule pcrs)");
    }

    @Test
    void nonce_mustBeTheDocuments() throws Exception {
        Commands wrong = verify("evervault-valid.bin", "--at", "document", "--nonce", "00ff");
        assertThat(wrong.status()).isEqualTo(11);
        assertThat(wrong.err()).contains("(rule nonce)");
        JsonNode shown = json(Commands.run(new AttestationCommand(), "show", file("evervault-valid.bin"), "--json"));
        String nonce = shown.path("Nonce").asString();
        assertThat(verify("evervault-valid.bin", "--at", "document", "--nonce", nonce)
                        .status())
                .isZero();
    }

    @Test
    void olderThanMaxAge_isRefused() throws Exception {
        Instant made =
                Instant.ofEpochMilli(expected(GENUINE).path("timestamp_ms").asLong());
        String later = made.plusSeconds(90).toString();
        assertThat(verify(GENUINE, "--at", later, "--max-age", "2m").status()).isZero();
        Commands old = verify(GENUINE, "--at", later, "--max-age", "1m");
        assertThat(old.status()).isEqualTo(11);
        assertThat(old.err()).contains("(rule timestamp)");
        assertThat(verify(GENUINE, "--at", made.minusSeconds(5).toString()).err())
                .contains("made in the future");
    }

    @Test
    void withoutAnImage_warnsThatAnyWouldDo() {
        assertThat(verify(GENUINE, "--at", "document").err()).contains("warning: no image was asked for");
    }

    @Test
    void anotherRoot_isNamedAndTrustedAlone() {
        Path pem = Vectors.folder("eif").resolve("signing-cert.pem");
        Commands verified = verify(GENUINE, "--at", "document", "--root", pem.toString());
        assertThat(verified.status()).isEqualTo(11);
        assertThat(verified.err()).contains("warning: trusting the root", "not AWS's", "(rule root)");
    }

    @Test
    void wrongOptions_areUsage() {
        String zero = "0".repeat(96);
        for (String[] wrong : new String[][] {
            {"--pcr0", "12"},
            {"--pcr0", "x".repeat(96)},
            {"--pcr0", zero},
            {"--pcr", "32=" + "1".repeat(96)},
            {"--pcr", "4"},
            {"--nonce", ""},
            {"--nonce", "0"},
            {"--at", "yesterday"},
            {"--max-age", "0s"},
            {"--max-age", "forever"}
        }) {
            Commands run = verify(GENUINE, wrong);
            assertThat(run.status()).as(String.join(" ", wrong)).isEqualTo(2);
            assertThat(run.err()).startsWith("cloister: error: ").contains("cloister: hint: ");
        }
    }

    @Test
    void show_describesWithoutJudging() {
        Commands shown = Commands.run(new AttestationCommand(), "show", file("bearclave-nitro-report-debug.bin"));
        assertThat(shown.status()).isZero();
        assertThat(shown.out())
                .contains(
                        "module        i-01bdf23ce28366cb5-enc019759c92189a1e4\n",
                        "mode          debug",
                        "zero          PCR0 PCR1",
                        "CN=aws.nitro-enclaves");
        assertThat(shown.err()).contains("nothing of this is verified");
    }

    @Test
    void notADocument_isRefusedByRule() throws Exception {
        Path text = Files.writeString(folder.resolve("x"), "hEShATgioFkRZ6lpbW9kdWxlX2lk");
        Commands run = Commands.run(new AttestationCommand(), "verify", text.toString());
        assertThat(run.status()).isEqualTo(11);
        assertThat(run.err()).contains("(rule structure)", "not base64");
        Path large = Files.write(folder.resolve("large"), new byte[1 << 20]);
        assertThat(Commands.run(new AttestationCommand(), "show", large.toString())
                        .err())
                .contains("it is longer than");
        assertThat(Commands.run(
                                new AttestationCommand(),
                                "show",
                                folder.resolve("absent").toString())
                        .err())
                .contains("no such file");
    }

    private static Commands verify(String name, String... options) {
        String[] all = new String[options.length + 2];
        all[0] = "verify";
        all[1] = file(name);
        System.arraycopy(options, 0, all, 2, options.length);
        return Commands.run(new AttestationCommand(), all);
    }

    private static String file(String name) {
        return Vectors.folder("attestation").resolve(name).toString();
    }

    private static JsonNode expected(String name) throws Exception {
        return JsonMapper.shared()
                .readTree(Vectors.folder("attestation").resolve("expected.json"))
                .path(name);
    }

    private static JsonNode json(Commands run) {
        return JsonMapper.shared().readTree(run.out());
    }
}
