package dev.cloister.local.sigv4;

import dev.cloister.local.account.Account;
import dev.cloister.local.policy.Caller;

/**
 * What a good signature establishes.
 *
 * @param account whose role signed
 * @param caller the session of that role
 * @param accessKeyId the key it signed with
 * @param region the region of the credential scope, one of those served
 */
public record VerifiedRequest(Account account, Caller caller, String accessKeyId, String region) {}
