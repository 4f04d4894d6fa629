package dev.cloister.envelope.archive;

/**
 * How much an archive may unpack to, docs/format/envelope-v1.md section 4.6.
 *
 * @param entries most files, directories and links together
 * @param bytes largest sum of file sizes, in bytes
 */
public record ArchiveLimits(long entries, long bytes) {
    public ArchiveLimits {
        if (entries < 0 || bytes < 0) {
            throw new IllegalArgumentException("a limit is negative");
        }
    }
}
