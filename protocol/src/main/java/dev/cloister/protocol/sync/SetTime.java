package dev.cloister.protocol.sync;

/** What a file time is set to. */
public sealed interface SetTime {
    /** The enclave's own clock when it carries the request out. */
    record Now() implements SetTime {}

    /** A time that the client chose. */
    record At(Timestamp time) implements SetTime {}
}
