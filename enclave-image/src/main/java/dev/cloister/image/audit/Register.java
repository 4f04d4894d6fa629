package dev.cloister.image.audit;

/** What a condition key on an attestation holds in some {@link World}. */
sealed interface Register {
    /** The key is not in the request. */
    record Absent() implements Register {}

    /** One value. */
    record Exactly(String hex) implements Register {}

    /** The value of an image that nobody has seen: none that a policy could spell out. */
    record Unseen() implements Register {}

    /** Absent or any value: whoever asks may have a say in it. */
    record Anything() implements Register {}
}
