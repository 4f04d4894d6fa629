package dev.cloister.local.kms;

import dev.cloister.local.policy.Caller;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A permission beside the key policy, without constraints.
 *
 * @param id 64 hex digits
 * @param name empty where it has none
 * @param grantee the ARN of an IAM role, or of a whole account
 * @param issuer the account that made it
 * @param operations as KMS names them
 */
record GrantRecord(
        String id, UUID key, String name, String grantee, String issuer, List<String> operations, Instant created) {

    /** Whether it lets a caller do this, where no policy denies it. */
    boolean permits(Caller caller, String operation) {
        boolean isGrantee = grantee.equals(caller.roleArn()) || grantee.equals(caller.accountArn());
        return isGrantee && operations.contains(operation);
    }

    /** Whether it says what another one says. */
    boolean saysTheSameAs(GrantRecord other) {
        return key.equals(other.key)
                && name.equals(other.name)
                && grantee.equals(other.grantee)
                && operations.equals(other.operations);
    }
}
