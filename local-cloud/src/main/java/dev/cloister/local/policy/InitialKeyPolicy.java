package dev.cloister.local.policy;

import dev.cloister.image.key.KeyPolicy;
import java.util.List;

/**
 * The policy of the third party's key before the first image is pinned: its account administers the key and makes data
 * keys with it; nobody decrypts. The host's account is not named at all, and the Deny holds even against an Allow that
 * someone adds. Pinning an image puts a condition on the Deny, so it is found by its Sid.
 */
public final class InitialKeyPolicy {
    /** The statement by which the owner's account administers the key. */
    public static final String ADMINISTRATION_SID = "AllowKeyAdministration";
    /** The statement that denies decryption to everyone, outside the pinned images once there are any. */
    public static final String DENY_SID = KeyPolicy.DENY_SID;

    /** What makes plaintext from the key's ciphertext, or carries it over to another key. */
    public static final List<String> DENIED_ACTIONS = List.of("kms:Decrypt", "kms:ReEncryptFrom");

    private InitialKeyPolicy() {}

    /** The document, for the account that owns the key. */
    public static String of(String account) {
        return """
                {
                  "Version": "2012-10-17",
                  "Id": "cloister-application-key",
                  "Statement": [
                    {
                      "Sid": "%s",
                      "Effect": "Allow",
                      "Principal": {"AWS": "arn:aws:iam::%s:root"},
                      "Action": "kms:*",
                      "Resource": "*"
                    },
                    {
                      "Sid": "%s",
                      "Effect": "Deny",
                      "Principal": "*",
                      "Action": [%s],
                      "Resource": "*"
                    }
                  ]
                }
                """.formatted(
                        ADMINISTRATION_SID, account, DENY_SID, "\"" + String.join("\", \"", DENIED_ACTIONS) + "\"");
    }
}
