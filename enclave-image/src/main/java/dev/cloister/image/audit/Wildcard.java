package dev.cloister.image.audit;

import java.util.Locale;

/** The patterns of IAM: {@code *} for any text, {@code ?} for any character. */
final class Wildcard {
    private Wildcard() {}

    static boolean isPattern(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
    }

    /** Whether a pattern is met by every text of 96 characters, as a register is. */
    static boolean matchesEveryRegister(String pattern) {
        long single = pattern.chars().filter(c -> c == '?').count();
        boolean hasStar = pattern.indexOf('*') >= 0;
        boolean onlyWildcards = pattern.chars().allMatch(c -> c == '*' || c == '?');
        return onlyWildcards && (hasStar ? single <= World.DIGITS : single == World.DIGITS);
    }

    static boolean matchesIgnoringCase(String pattern, String text) {
        return matches(pattern.toLowerCase(Locale.ROOT), text.toLowerCase(Locale.ROOT));
    }

    /** Whether a text meets a pattern, in time that grows with the product of their lengths at most. */
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
}
