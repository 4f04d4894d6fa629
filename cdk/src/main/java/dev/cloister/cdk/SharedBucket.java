package dev.cloister.cdk;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.CfnAlias;
import software.amazon.awscdk.services.kms.CfnKey;
import software.amazon.awscdk.services.s3.CfnBucket;
import software.amazon.awscdk.services.s3.CfnBucketPolicy;
import software.constructs.Construct;

/**
 * A bucket of the host's into which one third party puts its packages and images: versioned, encrypted with a key of its
 * own, without ACLs or public access, reachable by TLS alone, with access logs. Each third party gets a bucket of its
 * own; a host that works with several has this construct once for each.
 *
 * <p>Bucket and key outlive their stack.
 */
public final class SharedBucket extends Construct {
    private static final int LOG_DAYS = 365;

    private final CfnBucket bucket;
    private final CfnKey key;

    /**
     * A bucket for one third party.
     *
     * @param thirdPartyAccount its account number
     * @param thirdPartyName prefix under which it may put objects
     * @param alias name of the bucket's key; begins with {@code alias/}
     */
    public SharedBucket(Construct scope, String id, String thirdPartyAccount, String thirdPartyName, String alias) {
        super(scope, id);
        ThirdPartyAccess access = new ThirdPartyAccess(thirdPartyAccount, thirdPartyName);
        key = CfnKey.Builder.create(this, "Key")
                .description("Encrypts the bucket that is shared with a third party")
                .enableKeyRotation(true)
                .pendingWindowInDays(30)
                .keyPolicy(access.keyPolicy())
                .build();
        key.applyRemovalPolicy(RemovalPolicy.RETAIN);
        CfnAlias.Builder.create(this, "Alias")
                .aliasName(alias)
                .targetKeyId(key.getRef())
                .build();
        CfnBucket logs = logBucket();
        bucket = sharedBucket(logs);
        CfnBucketPolicy.Builder.create(this, "BucketPolicy")
                .bucket(bucket.getRef())
                .policyDocument(access.bucketPolicy(bucket.getAttrArn(), key.getAttrArn()))
                .build();
        letS3Log(logs);
    }

    private CfnBucket sharedBucket(CfnBucket logs) {
        CfnBucket made = CfnBucket.Builder.create(this, "Bucket")
                .bucketEncryption(encryption(CfnBucket.ServerSideEncryptionByDefaultProperty.builder()
                        .sseAlgorithm("aws:kms")
                        .kmsMasterKeyId(key.getAttrArn())
                        .build()))
                .versioningConfiguration(CfnBucket.VersioningConfigurationProperty.builder()
                        .status("Enabled")
                        .build())
                .publicAccessBlockConfiguration(noPublicAccess())
                .ownershipControls(noAcls())
                .loggingConfiguration(CfnBucket.LoggingConfigurationProperty.builder()
                        .destinationBucketName(logs.getRef())
                        .logFilePrefix("access/")
                        .build())
                .lifecycleConfiguration(lifecycle(CfnBucket.RuleProperty.builder()
                        .id("UnfinishedUploads")
                        .status("Enabled")
                        .abortIncompleteMultipartUpload(CfnBucket.AbortIncompleteMultipartUploadProperty.builder()
                                .daysAfterInitiation(7)
                                .build())
                        .build()))
                .build();
        made.applyRemovalPolicy(RemovalPolicy.RETAIN);
        return made;
    }

    /** S3 delivers access logs only into a bucket whose default encryption is S3's own. */
    private CfnBucket logBucket() {
        CfnBucket made = CfnBucket.Builder.create(this, "LogBucket")
                .bucketEncryption(encryption(CfnBucket.ServerSideEncryptionByDefaultProperty.builder()
                        .sseAlgorithm("AES256")
                        .build()))
                .publicAccessBlockConfiguration(noPublicAccess())
                .ownershipControls(noAcls())
                .lifecycleConfiguration(lifecycle(CfnBucket.RuleProperty.builder()
                        .id("OldLogs")
                        .status("Enabled")
                        .expirationInDays(LOG_DAYS)
                        .build()))
                .build();
        made.applyRemovalPolicy(RemovalPolicy.RETAIN);
        NagException.accept(
                made, new NagException("AwsSolutions-S1", "It holds the access logs and would only log itself."));
        return made;
    }

    private void letS3Log(CfnBucket logs) {
        CfnBucketPolicy.Builder.create(this, "LogBucketPolicy")
                .bucket(logs.getRef())
                .policyDocument(Policies.document(
                        Policies.allow("EnableAccessLogs")
                                .principals(List.of(new ServicePrincipal("logging.s3.amazonaws.com")))
                                .actions(List.of("s3:PutObject"))
                                .resources(List.of(Arns.join(logs.getAttrArn(), "/access/*")))
                                .conditions(Map.of(
                                        "ArnEquals", Map.of("aws:SourceArn", bucket.getAttrArn()),
                                        "StringEquals", Map.of("aws:SourceAccount", Aws.ACCOUNT_ID)))
                                .build(),
                        ThirdPartyAccess.denyPlainHttp(logs.getAttrArn())))
                .build();
    }

    private static CfnBucket.BucketEncryptionProperty encryption(CfnBucket.ServerSideEncryptionByDefaultProperty by) {
        return CfnBucket.BucketEncryptionProperty.builder()
                .serverSideEncryptionConfiguration(List.of(CfnBucket.ServerSideEncryptionRuleProperty.builder()
                        .bucketKeyEnabled(by.getKmsMasterKeyId() != null)
                        .serverSideEncryptionByDefault(by)
                        .build()))
                .build();
    }

    private static CfnBucket.PublicAccessBlockConfigurationProperty noPublicAccess() {
        return CfnBucket.PublicAccessBlockConfigurationProperty.builder()
                .blockPublicAcls(true)
                .blockPublicPolicy(true)
                .ignorePublicAcls(true)
                .restrictPublicBuckets(true)
                .build();
    }

    private static CfnBucket.OwnershipControlsProperty noAcls() {
        return CfnBucket.OwnershipControlsProperty.builder()
                .rules(List.of(CfnBucket.OwnershipControlsRuleProperty.builder()
                        .objectOwnership("BucketOwnerEnforced")
                        .build()))
                .build();
    }

    private static CfnBucket.LifecycleConfigurationProperty lifecycle(CfnBucket.RuleProperty rule) {
        return CfnBucket.LifecycleConfigurationProperty.builder()
                .rules(List.of(rule))
                .build();
    }

    /** The bucket's name. */
    public String bucketName() {
        return bucket.getRef();
    }

    /** The ARN of the key that encrypts it; the third party names it with each upload. */
    public String keyArn() {
        return key.getAttrArn();
    }
}
