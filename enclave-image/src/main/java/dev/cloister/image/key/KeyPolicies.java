package dev.cloister.image.key;

import dev.cloister.cli.CommandException;

/** Where key policies are kept. */
public interface KeyPolicies {
    /**
     * The default policy of a key, as JSON.
     *
     * @throws CommandException when the key is unknown or the caller may not read its policy
     */
    String get(String keyId) throws CommandException;

    /**
     * What kind of key it is and in which state.
     *
     * @throws CommandException when the key is unknown or the caller may not see it
     */
    KeyFacts describe(String keyId) throws CommandException;

    /**
     * Replaces the default policy of a key.
     *
     * @throws CommandException when the caller may not, or KMS refuses the policy
     */
    void put(String keyId, String json) throws CommandException;
}
