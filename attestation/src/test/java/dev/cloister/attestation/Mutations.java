package dev.cloister.attestation;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Spoils well-formed input in the ways a parser has to survive. */
public final class Mutations {
    private Mutations() {}

    /** A copy with one byte made another one. */
    public static byte[] flipped(byte[] input, int position, RandomGenerator random) {
        byte[] copy = input.clone();
        copy[position] ^= (byte) random.nextInt(1, 256);
        return copy;
    }

    /** A copy that was cut, lengthened, partly repeated or changed in up to four bytes. */
    public static byte[] mutated(byte[] input, RandomGenerator random) {
        byte[] copy = switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(input, random.nextInt(input.length));
            case 1 -> Arrays.copyOf(input, input.length + random.nextInt(1, 16));
            case 2 -> repeated(input, random);
            default -> input.clone();
        };
        for (int i = random.nextInt(1, 5); i > 0 && copy.length > 0; i--) {
            // The structure is in the heads, so half of the changes set the bytes that heads are made of.
            int position = random.nextInt(copy.length);
            copy[position] = (byte) (random.nextBoolean() ? random.nextInt(256) : HEADS[random.nextInt(HEADS.length)]);
        }
        return copy;
    }

    private static final int[] HEADS = {
        0x00, 0x04, 0x1B, 0x30, 0x31, 0x3B, 0x5A, 0x5B, 0x5F, 0x7B, 0x80, 0x84, 0x9A, 0x9B, 0x9F, 0xA0, 0xBA, 0xBB,
        0xBF, 0xC0, 0xD2, 0xF6, 0xF7, 0xFB, 0xFF
    };

    private static byte[] repeated(byte[] input, RandomGenerator random) {
        byte[] copy = input.clone();
        int length = random.nextInt(1, Math.min(64, input.length));
        int from = random.nextInt(input.length - length + 1);
        int to = random.nextInt(input.length - length + 1);
        System.arraycopy(input, from, copy, to, length);
        return copy;
    }
}
