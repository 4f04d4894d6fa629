package dev.cloister.cdk;

import org.jspecify.annotations.Nullable;

/**
 * What a third party may want otherwise.
 *
 * @param source where the repository lies; {@code null} for a CodeCommit repository that a parameter names
 * @param suffix what the projects' names end with, so that there can be one of each for each host; may be empty
 * @param keyArn a key that exists already; {@code null} for a key of the stack's own, or for a parameter that names it
 */
public record ThirdPartyOptions(
        @Nullable CodeSource source,
        String suffix,
        @Nullable String keyArn) {
    /** A CodeCommit repository, one host, a key of its own. */
    public static final ThirdPartyOptions USUAL = new ThirdPartyOptions(null, "", null);
}
