package dev.cloister.local.kms;

import dev.cloister.local.policy.Caller;
import java.util.Map;

/** Whether a caller may use a key through another service, which asks on the caller's behalf. */
public interface KeyUse {
    /**
     * Decides, and leaves a line in the audit.
     *
     * @param key as a request's {@code KeyId} names it
     * @param operation {@code GenerateDataKey} or {@code Decrypt}
     * @param context the encryption context
     * @param service the service that asks, such as {@code s3}
     * @return the key's ARN
     */
    String authorize(
            Caller caller, String region, String key, String operation, Map<String, String> context, String service)
            throws KeyUseRefusedException;
}
