package dev.cloister.local.policy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The condition keys a policy may use here. A misspelt key would be absent from every request, and an Allow or a Deny
 * would change its meaning without a word: so a key that is not listed is refused.
 */
public final class ConditionKeys {
    public static final String PRINCIPAL_ARN = "aws:PrincipalArn";
    public static final String PRINCIPAL_ACCOUNT = "aws:PrincipalAccount";
    public static final String PRINCIPAL_TYPE = "aws:PrincipalType";
    public static final String REQUESTED_REGION = "aws:RequestedRegion";
    public static final String SECURE_TRANSPORT = "aws:SecureTransport";
    public static final String VIA_AWS_SERVICE = "aws:ViaAWSService";
    public static final String CALLER_ACCOUNT = "kms:CallerAccount";
    public static final String ENCRYPTION_ALGORITHM = "kms:EncryptionAlgorithm";
    public static final String ENCRYPTION_CONTEXT_PREFIX = "kms:EncryptionContext:";
    public static final String ENCRYPTION_CONTEXT_KEYS = "kms:EncryptionContextKeys";
    public static final String KEY_SPEC = "kms:KeySpec";
    public static final String KEY_USAGE = "kms:KeyUsage";
    public static final String BYPASS_LOCKOUT_CHECK = "kms:BypassPolicyLockoutSafetyCheck";
    public static final String IMAGE_SHA384 = "kms:RecipientAttestation:ImageSha384";
    /** Followed by the register's number, 0..31. */
    public static final String PCR_PREFIX = "kms:RecipientAttestation:PCR";

    public static final String VIA_SERVICE = "kms:ViaService";
    public static final String SOURCE_ACCOUNT = "aws:SourceAccount";
    public static final String SOURCE_ARN = "aws:SourceArn";
    public static final String PRINCIPAL_IS_AWS_SERVICE = "aws:PrincipalIsAWSService";
    public static final String RESOURCE_ACCOUNT = "aws:ResourceAccount";
    public static final String S3_ACL = "s3:x-amz-acl";
    public static final String S3_ENCRYPTION = "s3:x-amz-server-side-encryption";
    public static final String S3_ENCRYPTION_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id";
    public static final String S3_CONTENT_HASH = "s3:x-amz-content-sha256";
    public static final String S3_COPY_SOURCE = "s3:x-amz-copy-source";
    public static final String S3_PREFIX = "s3:prefix";
    public static final String S3_DELIMITER = "s3:delimiter";
    public static final String S3_SIGNATURE_VERSION = "s3:signatureversion";
    public static final String S3_AUTH_TYPE = "s3:authType";

    private static final Set<String> SET_HERE = lowerCase(
            PRINCIPAL_ARN,
            PRINCIPAL_ACCOUNT,
            PRINCIPAL_TYPE,
            REQUESTED_REGION,
            SECURE_TRANSPORT,
            VIA_AWS_SERVICE,
            CALLER_ACCOUNT,
            ENCRYPTION_ALGORITHM,
            ENCRYPTION_CONTEXT_KEYS,
            KEY_SPEC,
            KEY_USAGE,
            BYPASS_LOCKOUT_CHECK,
            IMAGE_SHA384,
            VIA_SERVICE,
            SOURCE_ACCOUNT,
            SOURCE_ARN,
            PRINCIPAL_IS_AWS_SERVICE,
            RESOURCE_ACCOUNT,
            S3_ACL,
            S3_ENCRYPTION,
            S3_ENCRYPTION_KEY,
            S3_CONTENT_HASH,
            S3_COPY_SOURCE,
            S3_PREFIX,
            S3_DELIMITER,
            S3_SIGNATURE_VERSION,
            S3_AUTH_TYPE);

    /** Real keys for things that do not exist here, so that their absence is what AWS would show as well. */
    private static final Set<String> ALWAYS_ABSENT = lowerCase(
            "aws:PrincipalOrgID",
            "aws:SourceVpc",
            "aws:SourceVpce",
            "kms:GrantConstraintType",
            "kms:GrantIsForAWSResource");

    private ConditionKeys() {}

    static boolean isKnown(String key) {
        String name = key.toLowerCase(Locale.ROOT);
        return SET_HERE.contains(name) || ALWAYS_ABSENT.contains(name) || isEncryptionContext(name) || isPcr(name);
    }

    private static boolean isEncryptionContext(String name) {
        String prefix = ENCRYPTION_CONTEXT_PREFIX.toLowerCase(Locale.ROOT);
        return name.startsWith(prefix) && name.length() > prefix.length();
    }

    private static boolean isPcr(String name) {
        String prefix = PCR_PREFIX.toLowerCase(Locale.ROOT);
        return name.startsWith(prefix) && name.substring(prefix.length()).matches("[0-9]|[12][0-9]|3[01]");
    }

    private static Set<String> lowerCase(String... keys) {
        return Arrays.stream(keys).map(key -> key.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
