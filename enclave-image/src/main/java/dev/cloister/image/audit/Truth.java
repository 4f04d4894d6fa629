package dev.cloister.image.audit;

/** What is known of a condition in some {@link World}: whatever the rest of a request is, or only for some. */
enum Truth {
    ALWAYS,
    NEVER,
    SOMETIMES;

    static Truth of(boolean holds) {
        return holds ? ALWAYS : NEVER;
    }

    Truth and(Truth other) {
        if (this == NEVER || other == NEVER) {
            return NEVER;
        }
        return this == ALWAYS && other == ALWAYS ? ALWAYS : SOMETIMES;
    }

    Truth or(Truth other) {
        return not().and(other.not()).not();
    }

    Truth not() {
        return switch (this) {
            case ALWAYS -> NEVER;
            case NEVER -> ALWAYS;
            case SOMETIMES -> SOMETIMES;
        };
    }
}
