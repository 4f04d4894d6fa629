package dev.cloister.local.vm;

import java.util.OptionalInt;

/**
 * What a machine gets.
 *
 * @param memoryMib empty for four times the image and at least {@link #LEAST_MIB}: nitro-cli asks for as much
 * @param cpus at least 1
 */
public record MachineSize(OptionalInt memoryMib, int cpus) {
    /** Where Linux, a Java runtime or two and an application have room. */
    private static final int LEAST_MIB = 1024;

    private static final int TIMES_IMAGE = 4;
    private static final int STEP_MIB = 128;

    /** Memory by the image's size, two processors. */
    public static MachineSize fitting() {
        return new MachineSize(OptionalInt.empty(), 2);
    }

    int memoryMib(long imageBytes) {
        long least = ((imageBytes * TIMES_IMAGE) >> 20) / STEP_MIB * STEP_MIB + STEP_MIB;
        return memoryMib.orElse(Math.clamp(least, LEAST_MIB, Integer.MAX_VALUE));
    }
}
