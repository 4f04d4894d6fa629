package dev.cloister.local.kms;

/** A request that KMS refuses: the error's name and the text its caller reads. */
final class KmsException extends Exception {
    private static final long serialVersionUID = 1;

    private final KmsError error;

    KmsException(KmsError error, String message) {
        super(message);
        this.error = error;
    }

    static KmsException validation(String message) {
        return new KmsException(KmsError.VALIDATION, message);
    }

    KmsError error() {
        return error;
    }

    /** The text, empty where KMS answers with the bare name. */
    String text() {
        return String.valueOf(getMessage());
    }
}
