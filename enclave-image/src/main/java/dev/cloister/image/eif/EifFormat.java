package dev.cloister.image.eif;

/** Numbers of the Enclave Image Format, version 4. All integers in the file are big-endian and unsigned. */
final class EifFormat {
    static final int MAGIC = 0x2e656966;
    static final int VERSION = 4;
    static final int MAX_SECTIONS = 32;

    /** Where the array of section header offsets begins; the array of data sizes follows it. */
    static final int OFFSETS_AT = 0x1c;

    static final int SIZES_AT = OFFSETS_AT + 8 * MAX_SECTIONS;
    static final int CRC_AT = SIZES_AT + 8 * MAX_SECTIONS + 4;
    static final int HEADER_SIZE = CRC_AT + 4;
    static final int SECTION_HEADER_SIZE = 12;

    private EifFormat() {}
}
