package dev.cloister.local.kms;

/** KMS refuses what another service asks for on a caller's behalf; the message is fit for that caller. */
public final class KeyUseRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;

    KeyUseRefusedException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The name of KMS's error. */
    public String code() {
        return code;
    }

    public boolean isAccessDenied() {
        return code.equals(KmsError.ACCESS_DENIED.awsName());
    }
}
