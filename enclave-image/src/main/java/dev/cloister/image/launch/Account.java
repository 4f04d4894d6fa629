package dev.cloister.image.launch;

import java.util.List;

/**
 * Whom a program runs as.
 *
 * @param uid user
 * @param gid group
 * @param groups supplementary groups, ascending
 * @param home the user's home directory, {@code /} where nothing says otherwise
 */
public record Account(int uid, int gid, List<Integer> groups, String home) {
    /** Who programs run as by themselves. */
    public static final Account ROOT = new Account(0, 0, List.of(), "/root");
}
