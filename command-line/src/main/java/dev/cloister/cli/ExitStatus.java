package dev.cloister.cli;

/** What a cloister command tells its caller: a promise to scripts, listed in README.md. */
public enum ExitStatus {
    DONE(0),
    FAILED(1),
    USAGE(2),
    ENCLAVE_UNREACHABLE(10),
    ATTESTATION_REJECTED(11),
    KEY_ACCESS_DENIED(12),
    NOT_AUTHENTIC(13),
    MOUNT_FAILED(14),
    /** {@code cloister run} failed itself; every other status of {@code run} is the application's own. */
    RUN_FAILED(125),
    INTERRUPTED(130);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    /** The process exit status, 0..255. */
    public int code() {
        return code;
    }
}
