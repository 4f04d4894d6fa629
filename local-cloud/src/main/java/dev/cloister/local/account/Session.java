package dev.cloister.local.account;

import dev.cloister.local.policy.Caller;

/** A session of a role in an account, together with the credentials that were issued for it. */
public record Session(Account account, Caller caller, TemporaryCredentials credentials) {
    /** A session of the account's own role. */
    public Session(Account account, TemporaryCredentials credentials) {
        this(account, account.caller(), credentials);
    }
}
