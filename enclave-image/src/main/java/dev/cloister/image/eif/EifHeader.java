package dev.cloister.image.eif;

/**
 * What the file header says besides the layout.
 *
 * @param architecture the processor the kernel is for
 * @param defaultMemory bytes; a hint that nobody reads
 * @param defaultCpus a hint that nobody reads
 */
public record EifHeader(Architecture architecture, long defaultMemory, long defaultCpus) {
    /** With the hints that AWS's builder writes. */
    public static EifHeader of(Architecture architecture) {
        return new EifHeader(architecture, 1L << 30, 2);
    }
}
