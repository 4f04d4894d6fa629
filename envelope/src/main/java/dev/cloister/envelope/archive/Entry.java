package dev.cloister.envelope.archive;

/** One entry of an archive. Names are as in docs/format/envelope-v1.md section 4.3, without a slash at the end. */
sealed interface Entry {
    String name();

    record Directory(String name) implements Entry {}

    /** A regular file of {@code size} bytes. */
    record RegularFile(String name, long size, boolean executable) implements Entry {}

    /** A symbolic link with a target as in section 4.4. */
    record SymbolicLink(String name, String target) implements Entry {}
}
