package dev.cloister.attestation.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.Mutations;
import dev.cloister.attestation.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Documents that AWS's hardware signed, each at its own time. */
@ParameterizedClass
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
final class CapturedDocumentsTest {
    private static final AttestationVerifier AWS = AttestationVerifier.ofFingerprint(NitroRoot.AWS_G1_SHA256);

    private final byte[] document;
    private final JsonNode expected;
    private final Instant time;

    CapturedDocumentsTest(String name) throws Exception {
        document = Vectors.captured("attestation/" + name);
        expected = JsonMapper.shared()
                .readTree(Vectors.captured("attestation/expected.json"))
                .get(name);
        time = Instant.ofEpochMilli(expected.get("timestamp_ms").asLong());
    }

    @Test
    void atItsOwnTime_isAcceptedWithExpectedClaims() throws Exception {
        VerifiedAttestation verified = AWS.verify(document, policy().build(), time);
        assertThat(verified.moduleId()).isEqualTo(expected.get("module_id").asString());
        assertThat(verified.timestamp()).isEqualTo(time);
        assertThat(verified.pcrs().unmeasured())
                .isEqualTo(expected.get("debug_mode").asBoolean());
        assertField("public_key", verified.publicKey());
        assertField("user_data", verified.userData());
        assertField("nonce", verified.nonce());
        AttestationDocument parsed = AttestationDocument.parse(document);
        assertThat(CertificateChain.sha256(parsed.certificate()).hex())
                .isEqualTo(expected.get("leaf_sha256").asString());
        assertThat(parsed.cabundle()).hasSize(expected.get("cabundle_len").asInt());
    }

    @Test
    void pcrs_areAsExpected() throws Exception {
        Pcrs pcrs = AWS.verify(document, policy().build(), time).pcrs();
        int first = expected.get("pcr_indexes").get(0).asInt();
        int last = expected.get("pcr_indexes").get(1).asInt();
        assertThat(pcrs.values().keySet())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(first, last).boxed().toList());
        JsonNode nonZero = expected.get("nonzero_pcrs");
        pcrs.values().forEach((index, value) -> {
            JsonNode wanted = nonZero.get(Integer.toString(index));
            assertThat(value.hex()).as("PCR%d", index).isEqualTo(wanted == null ? "00".repeat(48) : wanted.asString());
        });
    }

    @Test
    void debugMode_isRefusedUnlessAllowed() {
        AttestationPolicy strict =
                AttestationPolicy.maxAge(Duration.ZERO).anyImage().build();
        AttestationException e =
                catchThrowableOfType(AttestationException.class, () -> AWS.verify(document, strict, time));
        if (expected.get("debug_mode").asBoolean()) {
            assertThat(e.rule()).isEqualTo(Rule.DEBUG_MODE);
        } else {
            assertThat(e).isNull();
        }
    }

    /** In 2026 all of these leaves had expired. */
    @Test
    void longAfterwards_isRefused() {
        assertThat(refusal(document, Instant.parse("2026-01-01T00:00:00Z")).rule())
                .isEqualTo(Rule.CERTIFICATE_PATH);
    }

    @Test
    void underAnotherRoot_isRefused() throws Exception {
        AttestationException e = catchThrowableOfType(
                AttestationException.class, () -> SelfMade.verifier().verify(document, policy().build(), time));
        assertThat(e.rule()).isEqualTo(Rule.ROOT);
    }

    /** Every byte of every document; most changes die in parsing, the others cost one check of a signature. */
    @Test
    void anyByteChanged_isRefused() {
        RandomGenerator random = new Random(document.length);
        for (int position = 0; position < document.length; position++) {
            assertThat(refusal(Mutations.flipped(document, position, random), time))
                    .as("byte %d", position)
                    .isNotNull();
        }
    }

    private void assertField(String name, Optional<Bytes> actual) {
        JsonNode field = expected.get(name);
        if (field.isNull()) {
            assertThat(actual).as(name).isEmpty();
            return;
        }
        assertThat(actual.orElseThrow().length())
                .as(name)
                .isEqualTo(field.get("len").asInt());
        assertThat(CertificateChain.sha256(actual.orElseThrow()).hex())
                .as(name)
                .isEqualTo(field.get("sha256").asString());
    }

    private static AttestationException refusal(byte[] document, Instant time) {
        return catchThrowableOfType(AttestationException.class, () -> AWS.verify(document, policy().build(), time));
    }

    private static AttestationPolicy.Builder policy() {
        return AttestationPolicy.maxAge(Duration.ZERO).anyImage().allowDebug();
    }
}
