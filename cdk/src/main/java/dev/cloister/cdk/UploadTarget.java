package dev.cloister.cdk;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.iam.PolicyStatement;

/**
 * The place in a host's bucket that a pipeline uploads to.
 *
 * @param path {@code s3://BUCKET/PREFIX} or {@code BUCKET/PREFIX}; objects are put below it
 * @param hostAccount number of the account that must own the bucket
 * @param hostKeyArn the key that encrypts the bucket
 */
public record UploadTarget(String path, String hostAccount, String hostKeyArn) {
    /** To add objects there; into a bucket of the host's and of nobody else's, should its name change hands. */
    List<PolicyStatement> permissions() {
        return List.of(
                Policies.allow("PutIntoSharedBucket")
                        .actions(List.of("s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload"))
                        .resources(List.of(Arns.objects(Arns.join(Arns.withoutScheme(path), "/*"))))
                        .conditions(Map.of("StringEquals", Map.of("aws:ResourceAccount", hostAccount)))
                        .build(),
                Policies.allow("EncryptThroughS3")
                        .actions(List.of("kms:GenerateDataKey", "kms:Decrypt"))
                        .resources(List.of(hostKeyArn))
                        .conditions(
                                Map.of("StringEquals", Map.of("kms:ViaService", Arns.s3In(Arns.regionOf(hostKeyArn)))))
                        .build());
    }
}
