package dev.cloister.image.key;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.upload.AwsClients;
import dev.cloister.upload.AwsFailures;
import dev.cloister.upload.KeyId;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kms.KmsClient;

/** The policies of keys in KMS, with the credentials, region and endpoint of the environment. */
public final class KmsKeyPolicies implements KeyPolicies, AutoCloseable {
    private static final String DEFAULT_POLICY = "default";

    private final KmsClient kms;

    private KmsKeyPolicies(KmsClient kms) {
        this.kms = kms;
    }

    /**
     * Opens a client for the region of a key.
     *
     * @param keyId an ARN, whose region is used, or an id or alias in the default region
     * @throws CommandException when it names no key, no region is known, or {@code AWS_CA_BUNDLE} cannot be read
     */
    public static KmsKeyPolicies open(String keyId) throws CommandException {
        KeyId key;
        try {
            key = new KeyId(keyId);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.USAGE, "--key: " + e.getMessage(), "for example alias/enclavekey, or the key's ARN", e);
        }
        return new KmsKeyPolicies(AwsClients.ofEnvironment().kms(key.region().orElse(null)));
    }

    @Override
    public String get(String keyId) throws CommandException {
        return told(
                keyId,
                "reading the policy",
                () -> kms.getKeyPolicy(request -> request.keyId(resolve(keyId)).policyName(DEFAULT_POLICY))
                        .policy());
    }

    @Override
    public void put(String keyId, String json) throws CommandException {
        told(
                keyId,
                "changing the policy",
                () -> kms.putKeyPolicy(request ->
                        request.keyId(resolve(keyId)).policyName(DEFAULT_POLICY).policy(json)));
    }

    /** Key policy calls take no alias. */
    private String resolve(String keyId) {
        boolean isAlias = keyId.startsWith("alias/") || keyId.contains(":alias/");
        return isAlias
                ? kms.describeKey(request -> request.keyId(keyId)).keyMetadata().keyId()
                : keyId;
    }

    private static <T> T told(String keyId, String doing, Supplier<T> call) throws CommandException {
        try {
            return call.get();
        } catch (SdkException e) {
            throw AwsFailures.ofKey(
                    e, keyId, doing, "use credentials of the key's owner, who may read and change its policy");
        }
    }

    @Override
    public void close() {
        kms.close();
    }
}
