package dev.cloister.image.key;

import java.util.List;

/**
 * What KMS says of a key beside its policy.
 *
 * @param state as KMS names it: {@code Enabled}, {@code Disabled}, {@code PendingDeletion} and so on
 * @param isForData whether it encrypts and decrypts, and not signs
 * @param isImported whether its material came from outside KMS
 * @param replicas ARNs of its other copies, of a multi-Region key
 */
public record KeyFacts(String arn, String state, boolean isForData, boolean isImported, List<String> replicas) {
    public KeyFacts {
        replicas = List.copyOf(replicas);
    }

    /** The partition in its ARN, such as {@code aws}. */
    String partition() {
        return arn.split(":", -1)[1];
    }

    /** Refuses to let images in on a key that decrypts nothing. */
    public void demandUsable() throws KeyPolicyException {
        if (!isForData) {
            throw new KeyPolicyException("the key " + arn + " is not for encryption", "name the application's key");
        }
        switch (state) {
            case "Enabled" -> {}
            case "PendingDeletion" ->
                throw new KeyPolicyException(
                        "the key " + arn + " is pending deletion", "cancel that with 'aws kms cancel-key-deletion'");
            case "Disabled" ->
                throw new KeyPolicyException("the key " + arn + " is disabled", "enable it with 'aws kms enable-key'");
            default ->
                throw new KeyPolicyException("the key " + arn + " is in the state " + state, "see the KMS console");
        }
    }
}
