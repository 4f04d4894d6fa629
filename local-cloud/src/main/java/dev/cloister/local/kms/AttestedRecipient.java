package dev.cloister.local.kms;

import java.security.interfaces.RSAPublicKey;
import java.util.Map;

/**
 * What a verified attestation document says.
 *
 * @param moduleId the enclave's name
 * @param pcrs the registers it lists, in lower-case hexadecimal
 * @param key the enclave's, for which the answer is wrapped
 */
public record AttestedRecipient(String moduleId, Map<Integer, String> pcrs, RSAPublicKey key) {
    public AttestedRecipient {
        pcrs = Map.copyOf(pcrs);
    }
}
