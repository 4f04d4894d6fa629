package dev.cloister.attestation.cbor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.attestation.Allocation;
import dev.cloister.attestation.Mutations;
import dev.cloister.attestation.Vectors;
import java.util.HexFormat;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class CborFuzzTest {
    private static final int ROUNDS = 100_000;
    private static final byte[] SAMPLE = HexFormat.of()
            .parseHex("bf61618301820203a26162f561634101d818fb3ff199999999999a61649f0102ff6165a1190100f6ff");

    @Test
    void mutatedInput_isReadOrRefusedWithinBounds() throws Exception {
        RandomGenerator random = new Random(20260101);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] input = Mutations.mutated(SAMPLE, random);
            long allocated = Allocation.of(() -> readOrRefuse(input));
            assertThat(allocated).as("%s", HexFormat.of().formatHex(input)).isLessThan(1 << 20);
        }
    }

    @Test
    void mutatedDocument_isReadOrRefused() throws Exception {
        byte[] document = Vectors.own("document/valid.cose");
        RandomGenerator random = new Random(20260102);
        for (int round = 0; round < ROUNDS / 10; round++) {
            readOrRefuse(Mutations.mutated(document, random));
        }
    }

    @SuppressWarnings("EmptyCatch") // Refusing is one of the two right outcomes.
    private static void readOrRefuse(byte[] input) {
        CborReader in = new CborReader(input);
        try {
            in.skip();
            in.end();
        } catch (CborException refused) {
        }
    }
}
