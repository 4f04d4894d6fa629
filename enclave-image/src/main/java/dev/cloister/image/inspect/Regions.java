package dev.cloister.image.inspect;

import dev.cloister.image.file.FileRegion;
import java.io.IOException;
import java.util.Arrays;

/** Compares contents without taking them into memory. */
final class Regions {
    private static final int BUFFER_SIZE = 1 << 16;

    private Regions() {}

    static boolean areEqual(FileRegion one, FileRegion other) throws IOException {
        return one.size() == other.size() && firstDifference(one, other) < 0;
    }

    /** Where two regions differ first, or where the shorter one ends; -1 where they are equal. */
    static long firstDifference(FileRegion one, FileRegion other) throws IOException {
        long common = Math.min(one.size(), other.size());
        byte[] left = new byte[(int) Math.min(BUFFER_SIZE, common)];
        byte[] right = new byte[left.length];
        for (long at = 0; at < common; at += left.length) {
            int length = (int) Math.min(left.length, common - at);
            one.read(at, left, length);
            other.read(at, right, length);
            int mismatch = Arrays.mismatch(left, 0, length, right, 0, length);
            if (mismatch >= 0) {
                return at + mismatch;
            }
        }
        return one.size() == other.size() ? -1 : common;
    }
}
