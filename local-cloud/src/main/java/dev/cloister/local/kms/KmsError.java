package dev.cloister.local.kms;

/** The errors KMS answers, by the names of its API model. */
enum KmsError {
    ACCESS_DENIED("AccessDeniedException"),
    ALREADY_EXISTS("AlreadyExistsException"),
    DISABLED("DisabledException"),
    DRY_RUN("DryRunOperationException"),
    INCORRECT_KEY("IncorrectKeyException"),
    INVALID_ARN("InvalidArnException"),
    INVALID_ALIAS_NAME("InvalidAliasNameException"),
    INVALID_CIPHERTEXT("InvalidCiphertextException"),
    INVALID_GRANT_TOKEN("InvalidGrantTokenException"),
    INVALID_MARKER("InvalidMarkerException"),
    INVALID_STATE("KMSInvalidStateException"),
    MALFORMED_POLICY("MalformedPolicyDocumentException"),
    NOT_FOUND("NotFoundException"),
    SERIALIZATION("SerializationException"),
    UNKNOWN_OPERATION("UnknownOperationException"),
    UNSUPPORTED_OPERATION("UnsupportedOperationException"),
    VALIDATION("ValidationException");

    private final String awsName;

    KmsError(String awsName) {
        this.awsName = awsName;
    }

    String awsName() {
        return awsName;
    }

    int httpStatus() {
        return this == DRY_RUN ? 412 : 400;
    }
}
