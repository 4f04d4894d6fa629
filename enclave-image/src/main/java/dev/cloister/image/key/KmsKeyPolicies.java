package dev.cloister.image.key;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.image.audit.Grant;
import dev.cloister.upload.AwsClients;
import dev.cloister.upload.AwsFailures;
import dev.cloister.upload.KeyId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.MultiRegionConfiguration;
import software.amazon.awssdk.services.kms.model.OriginType;

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

    @Override
    public KeyFacts describe(String keyId) throws CommandException {
        KeyMetadata key = told(
                keyId,
                "describing the key",
                () -> kms.describeKey(request -> request.keyId(keyId)).keyMetadata());
        MultiRegionConfiguration copies = key.multiRegionConfiguration();
        List<String> replicas = new ArrayList<>();
        if (copies != null) {
            replicas.add(copies.primaryKey().arn());
            copies.replicaKeys().forEach(replica -> replicas.add(replica.arn()));
            replicas.remove(key.arn());
        }
        return new KeyFacts(
                key.arn(),
                key.keyStateAsString(),
                key.keyUsage() == KeyUsageType.ENCRYPT_DECRYPT,
                key.origin() == OriginType.EXTERNAL,
                replicas);
    }

    /**
     * The grants on a key, all pages of them.
     *
     * @throws CommandException when they cannot be read, which is not to be taken for none
     */
    public List<Grant> grants(String keyArn) throws CommandException {
        return told(
                keyArn,
                "listing the grants",
                () -> kms.listGrantsPaginator(request -> request.keyId(keyArn)).grants().stream()
                        .map(grant -> new Grant(
                                grant.grantId(), grant.granteePrincipal(), Set.copyOf(grant.operationsAsStrings())))
                        .toList());
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
