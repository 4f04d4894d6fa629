package dev.cloister.local.sigv4;

import dev.cloister.local.account.Account;

/**
 * What a good signature establishes.
 *
 * @param account whose role signed
 * @param accessKeyId the key it signed with
 * @param region the region of the credential scope, one of those served
 */
public record VerifiedRequest(Account account, String accessKeyId, String region) {}
