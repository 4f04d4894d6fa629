package dev.cloister.attestation.nsm;

/** Sizes the security module and its Linux driver set, in bytes where nothing else is said. */
public final class NsmLimits {
    /** The largest request the driver passes on. */
    public static final int MAX_REQUEST = 0x1000;

    /** The largest response the driver hands out; a smaller buffer gets a response cut short. */
    public static final int MAX_RESPONSE = 0x3000;

    /** The number of platform configuration registers. */
    public static final int PCR_COUNT = 32;

    /** The registers that are locked from the start: 0 to this, exclusive. */
    public static final int BOOT_LOCKED_PCRS = 16;

    /** The digest of all registers, as the module spells it. */
    public static final String DIGEST = "SHA384";

    /** The length of a register under {@link #DIGEST}. */
    public static final int PCR_LENGTH = 48;

    public static final int MAX_PUBLIC_KEY = 1024;

    /** What AWS documents as the limit of user data and of the nonce: send no more. */
    public static final int MAX_SENT_DATA = 512;

    /** What modules take and documents show as user data or nonce: accept so much. */
    public static final int MAX_ACCEPTED_DATA = 1024;

    /** The length of the answer to one request for random bytes. */
    public static final int RANDOM_LENGTH = 256;

    static final int U16_MAX = 0xFFFF;

    static final int MAX_NAME = 64;

    private NsmLimits() {}
}
