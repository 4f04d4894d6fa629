package dev.cloister.envelope.archive;

/**
 * What went into an archive or came out of it.
 *
 * @param entries files, directories and links together
 * @param bytes sum of file sizes, in bytes
 */
public record ArchiveSummary(long entries, long bytes) {}
