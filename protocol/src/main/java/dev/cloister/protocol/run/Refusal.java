package dev.cloister.protocol.run;

import dev.cloister.protocol.frame.Coded;

/** Why the enclave did not run an application, or could not finish it. */
public enum Refusal implements Coded {
    /** The request contradicts the rules: a name outside its folder, an argument that cannot be mapped. */
    BAD_REQUEST(0),
    /** No such package in the synced folder. */
    PACKAGE_NOT_FOUND(1),
    /** The package's header or archive is malformed, or beyond the limits. */
    PACKAGE_MALFORMED(2),
    /** The package is not what its owner sealed. */
    PACKAGE_NOT_AUTHENTIC(3),
    /** No such entrypoint in the package. */
    ENTRYPOINT_NOT_FOUND(4),
    /** A path among the arguments is not in the synced folder. */
    PATH_NOT_FOUND(5),
    /** KMS does not give this image, or this role, the data key. */
    KEY_ACCESS_DENIED(6),
    /** KMS, or the security module, does not accept the attestation. */
    ATTESTATION_REJECTED(7),
    /** The credentials are expired or not those of an AWS account. */
    CREDENTIALS_REJECTED(8),
    /** KMS could not be reached through the parent instance. */
    KMS_UNREACHABLE(9),
    /** KMS answered with another error. */
    KMS_FAILED(10),
    /** The enclave has not enough memory. */
    NO_SPACE(11),
    /** As many runs as the enclave takes are under way. */
    BUSY(12),
    /** The application ran longer than it may. */
    TIME_LIMIT(13),
    /** Something in the enclave failed that should not have. */
    INTERNAL(14);

    private final int code;

    Refusal(int code) {
        this.code = code;
    }

    @Override
    public int code() {
        return code;
    }
}
