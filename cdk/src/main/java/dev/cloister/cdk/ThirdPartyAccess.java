package dev.cloister.cdk;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.services.iam.ArnPrincipal;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;

/**
 * What a third party may do with a shared bucket and its key: add objects under its own prefix, encrypted with that key
 * and owned by the host, and take back an upload that it has not finished. It cannot read, list or delete anything.
 *
 * <p>The headers that the conditions look at come with PutObject and CreateMultipartUpload. UploadPart and
 * CompleteMultipartUpload are authorised as {@code s3:PutObject} too and carry none of them: for these the policy relies
 * on S3 judging a part by what its upload was begun with. If S3 did not, large uploads would be refused and nothing
 * would be let through. That is why the three Denys look only at a header that is there: a header that is missing from
 * a part is no reason to deny, and a third party's request without one is not allowed in the first place.
 */
final class ThirdPartyAccess {
    private static final String ACL = "s3:x-amz-acl";
    private static final String ENCRYPTION = "s3:x-amz-server-side-encryption";
    private static final String ENCRYPTION_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id";
    private static final String OWNER_HAS_ALL = "bucket-owner-full-control";

    private final String account;
    private final String name;

    /**
     * A third party.
     *
     * @param account its account number
     * @param name the first part of its objects' keys
     */
    ThirdPartyAccess(String account, String name) {
        this.account = account;
        this.name = name;
    }

    /** The policy of the key that encrypts the shared bucket: the third party gets at it through S3 alone. */
    PolicyDocument keyPolicy() {
        return Policies.document(
                Policies.allow(ApplicationKey.ADMINISTRATION_SID)
                        .principals(List.of(new ArnPrincipal(Arns.account(Aws.ACCOUNT_ID))))
                        .actions(List.of("kms:*"))
                        .resources(List.of("*"))
                        .build(),
                // S3 decrypts the upload's own data key for each part; reading objects takes s3:GetObject besides.
                Policies.allow("EnableThirdPartyUpload")
                        .principals(List.of(new ArnPrincipal(Arns.account(account))))
                        .actions(List.of("kms:GenerateDataKey", "kms:Decrypt"))
                        .resources(List.of("*"))
                        .conditions(Map.of("StringEquals", Map.of("kms:ViaService", Arns.s3In(Aws.REGION))))
                        .build());
    }

    PolicyDocument bucketPolicy(String bucketArn, String keyArn) {
        String everything = Arns.join(bucketArn, "/*");
        return Policies.document(
                upload(bucketArn, keyArn),
                abort(bucketArn),
                denyPlainHttp(bucketArn),
                denyOther("DenyOtherEncryption", everything, ENCRYPTION, "aws:kms"),
                denyOther("DenyOtherKey", everything, ENCRYPTION_KEY, keyArn));
    }

    /** PutObjectAcl is what S3 asks for when a put brings an ACL; on its own it fails, as the bucket has no ACLs. */
    private PolicyStatement upload(String bucketArn, String keyArn) {
        Map<String, String> headers = Map.of(ACL, OWNER_HAS_ALL, ENCRYPTION, "aws:kms", ENCRYPTION_KEY, keyArn);
        return Policies.allow("EnableThirdPartyAccess")
                .principals(List.of(new ArnPrincipal(Arns.account(account))))
                .actions(List.of("s3:PutObject", "s3:PutObjectAcl"))
                .resources(List.of(ownPrefix(bucketArn)))
                .conditions(Map.of("StringEquals", new TreeMap<>(headers)))
                .build();
    }

    private PolicyStatement abort(String bucketArn) {
        return Policies.allow("EnableThirdPartyAbort")
                .principals(List.of(new ArnPrincipal(Arns.account(account))))
                .actions(List.of("s3:AbortMultipartUpload"))
                .resources(List.of(ownPrefix(bucketArn)))
                .build();
    }

    private String ownPrefix(String bucketArn) {
        return Arns.join(bucketArn, "/", name, "/*");
    }

    static PolicyStatement denyPlainHttp(String bucketArn) {
        return Policies.denyEveryone("DenyPlainHttp")
                .actions(List.of("s3:*"))
                .resources(List.of(bucketArn, Arns.join(bucketArn, "/*")))
                .conditions(Map.of("Bool", Map.of("aws:SecureTransport", "false")))
                .build();
    }

    /** Denies a header with another value; not one that is missing, which gets the bucket's own encryption. */
    private static PolicyStatement denyOther(String sid, String resource, String header, String value) {
        return Policies.denyEveryone(sid)
                .actions(List.of("s3:PutObject"))
                .resources(List.of(resource))
                .conditions(Map.of(
                        "Null", Map.of(header, "false"),
                        "StringNotEquals", Map.of(header, value)))
                .build();
    }
}
