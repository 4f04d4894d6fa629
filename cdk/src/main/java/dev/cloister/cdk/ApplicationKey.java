package dev.cloister.cdk;

import java.util.List;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.ArnPrincipal;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.kms.CfnAlias;
import software.amazon.awscdk.services.kms.CfnKey;
import software.constructs.Construct;

/**
 * The third party's key, which seals its applications. Its policy is closed until the first image is pinned: the account
 * administers the key and makes data keys with it, nobody decrypts, and the Deny holds against any Allow. {@code cloister
 * key pin} finds the Deny by its Sid, puts the pinned images into it as the only exception, and adds the Allow for the
 * host. The host has no other right on the key, then or ever: it is named in that one Allow.
 *
 * <p>The key outlives its stack, because a package can never be opened again without it.
 */
public final class ApplicationKey extends Construct {
    /** The statement by which the owner's account administers the key. */
    public static final String ADMINISTRATION_SID = "AllowKeyAdministration";
    /** The statement that {@code cloister key pin} edits. */
    public static final String DENY_SID = "DenyDecryptWithoutPinnedImage";

    /** What makes plaintext from the key's ciphertext, or carries it over to another key. */
    private static final List<String> DENIED_ACTIONS = List.of("kms:Decrypt", "kms:ReEncryptFrom");

    private final CfnKey key;

    /**
     * A key with its alias.
     *
     * @param alias name that begins with {@code alias/}
     */
    public ApplicationKey(Construct scope, String id, String alias) {
        super(scope, id);
        key = CfnKey.Builder.create(this, "Key")
                .description("Seals applications that run in enclaves")
                .enableKeyRotation(true)
                .pendingWindowInDays(30)
                .keyPolicy(closedPolicy())
                .build();
        key.applyRemovalPolicy(RemovalPolicy.RETAIN);
        CfnAlias.Builder.create(this, "Alias")
                .aliasName(alias)
                .targetKeyId(key.getRef())
                .build();
    }

    private static PolicyDocument closedPolicy() {
        return Policies.document(
                Policies.allow(ADMINISTRATION_SID)
                        .principals(List.of(new ArnPrincipal(Arns.account(Aws.ACCOUNT_ID))))
                        .actions(List.of("kms:*"))
                        .resources(List.of("*"))
                        .build(),
                Policies.denyEveryone(DENY_SID)
                        .actions(DENIED_ACTIONS)
                        .resources(List.of("*"))
                        .build());
    }

    /** The key's ARN. */
    public String keyArn() {
        return key.getAttrArn();
    }
}
