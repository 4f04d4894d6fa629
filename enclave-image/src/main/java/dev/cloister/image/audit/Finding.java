package dev.cloister.image.audit;

import dev.cloister.cli.Printable;

/**
 * Something an audit found.
 *
 * @param weight whether it breaks the promise that only pinned images decrypt
 * @param place the statement or grant
 * @param text a sentence
 */
public record Finding(Weight weight, String place, String text) {
    /** How much it matters. */
    public enum Weight {
        /** Somebody can decrypt outside the pinned images. */
        FINDING,
        /** Could not be read, so nothing is known. */
        UNREAD,
        /** Worth knowing: what the key's owner can do by the nature of owning it. */
        NOTE
    }

    public Finding {
        place = Printable.of(place);
        text = Printable.of(text);
    }
}
