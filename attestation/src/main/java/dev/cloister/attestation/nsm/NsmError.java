package dev.cloister.attestation.nsm;

/** The failures a security module reports. The wire carries the text of {@link #wireName}. */
public enum NsmError {
    INVALID_ARGUMENT("InvalidArgument"),
    INVALID_INDEX("InvalidIndex"),
    INVALID_RESPONSE("InvalidResponse"),
    READ_ONLY_INDEX("ReadOnlyIndex"),
    INVALID_OPERATION("InvalidOperation"),
    BUFFER_TOO_SMALL("BufferTooSmall"),
    INPUT_TOO_LARGE("InputTooLarge"),
    INTERNAL_ERROR("InternalError");

    private final String wireName;

    NsmError(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
