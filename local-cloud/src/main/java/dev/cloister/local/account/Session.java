package dev.cloister.local.account;

/** An account's role together with credentials that were issued for it. */
public record Session(Account account, TemporaryCredentials credentials) {}
