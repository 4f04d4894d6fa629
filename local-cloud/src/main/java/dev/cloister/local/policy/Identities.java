package dev.cloister.local.policy;

/** Knows what the administrators of accounts have given to callers. */
public interface Identities {
    /** The policies that a caller has now; none for a role that has been deleted. */
    Identity of(Caller caller);
}
