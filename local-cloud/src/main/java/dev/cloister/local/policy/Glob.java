package dev.cloister.local.policy;

/** The wildcards of policy documents: {@code *} for any run of characters, {@code ?} for exactly one. */
final class Glob {
    private Glob() {}

    /**
     * Whether the whole text matches. Takes time proportional to the product of the lengths at worst, so that a
     * pattern written by one account cannot hold up the other.
     */
    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /**
     * Whether an ARN matches a pattern, each of the six parts between colons on its own, so that {@code *} does not
     * reach into the next part. A pattern with fewer parts matches any text in those it leaves out.
     */
    static boolean arnMatches(String pattern, String arn) {
        if (pattern.equals("*")) {
            return true;
        }
        String[] patterns = pattern.split(":", 6);
        String[] parts = arn.split(":", 6);
        if (parts.length != 6) {
            return false;
        }
        for (int i = 0; i < patterns.length; i++) {
            if (!matches(patterns[i], parts[i])) {
                return false;
            }
        }
        return true;
    }
}
