package dev.cloister.local.codebuild;

import java.util.Locale;

/** The phases whose commands a build specification gives, in the order they run. */
enum PhaseName {
    INSTALL,
    PRE_BUILD,
    BUILD,
    POST_BUILD;

    /** As it stands in a build specification. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
