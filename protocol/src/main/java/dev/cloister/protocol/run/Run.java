package dev.cloister.protocol.run;

/** Limits of the run service's protocol; both sides rely on them. */
public final class Run {
    /** Version spoken here. */
    public static final int VERSION = 1;
    /** Longest frame body, in bytes. */
    public static final int MAX_BODY = 256 << 10;
    /** Most application output in one message, in bytes. */
    public static final int MAX_OUTPUT = 64 << 10;
    /** Most arguments of one run. */
    public static final int MAX_ARGUMENTS = 1024;
    /** Longest argument or entrypoint, in bytes. */
    public static final int MAX_ARGUMENT = 32 << 10;
    /** Longest part of a set of credentials, in bytes; session tokens are the long ones. */
    public static final int MAX_CREDENTIAL = 16 << 10;
    /** Longest text in a refusal, in bytes. */
    public static final int MAX_TEXT = 1024;

    private Run() {}
}
