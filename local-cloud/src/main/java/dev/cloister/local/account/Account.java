package dev.cloister.local.account;

import dev.cloister.local.policy.Caller;

/**
 * An account with the one role that acts in it.
 *
 * @param profile the name of its profile in the AWS files, such as {@code host}
 * @param id 12 digits
 * @param role the role's name
 */
public record Account(String profile, String id, String role) {
    private static final String SESSION = "local";

    public Account {
        if (!profile.matches("[a-z][a-z0-9-]{0,30}")) {
            throw new IllegalArgumentException("not a valid profile name");
        }
        // The record of a caller holds the rules for the other two.
        new Caller(id, role, SESSION);
    }

    /** The account that owns the data and the instance. */
    public static Account host() {
        return new Account("host", "111122223333", "enclave-host");
    }

    /** The account that owns the application. */
    public static Account thirdParty() {
        return new Account("third-party", "444455556666", "third-party");
    }

    /** A session of the role. */
    public Caller caller() {
        return new Caller(id, role, SESSION);
    }
}
