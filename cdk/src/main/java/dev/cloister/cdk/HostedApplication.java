package dev.cloister.cdk;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.iam.PolicyStatement;

/**
 * One third party's application on a host: where its image lies, which key it needs, and its enclave's share.
 *
 * @param name the third party's name: its prefix in the bucket, and the enclave's name
 * @param bucket the bucket shared with it
 * @param bucketKeyArn the key that encrypts the bucket
 * @param keyArn the third party's key
 * @param cpuCount processors of the enclave
 * @param memoryMib its memory at least, in MiB
 */
public record HostedApplication(
        String name, String bucket, String bucketKeyArn, String keyArn, String cpuCount, String memoryMib) {
    /** What {@code nitro-image-builder} calls the image. */
    private static final String IMAGE = "image.eif";

    /**
     * What the instance may do for it: ask for its data keys, which the key's policy grants to the pinned image alone,
     * and read its bucket.
     */
    List<PolicyStatement> permissions() {
        return List.of(
                Policies.allow("AskForDataKeys")
                        .actions(List.of("kms:Decrypt"))
                        .resources(List.of(keyArn))
                        .build(),
                Policies.allow("ReadSharedBucket")
                        .actions(List.of("s3:GetObject"))
                        .resources(List.of(Arns.objects(Arns.join(bucket, "/*"))))
                        .build(),
                Policies.allow("ListSharedBucket")
                        .actions(List.of("s3:ListBucket"))
                        .resources(List.of(Arns.objects(bucket)))
                        .build(),
                Policies.allow("DecryptThroughS3")
                        .actions(List.of("kms:Decrypt"))
                        .resources(List.of(bucketKeyArn))
                        .conditions(Map.of(
                                "StringEquals", Map.of("kms:ViaService", Arns.s3In(Arns.regionOf(bucketKeyArn)))))
                        .build());
    }

    /** The enclave's settings, as the script {@code enclaves} reads them. */
    String settings(int cid) {
        return Arns.join(
                "IMAGE=s3://",
                bucket,
                "/",
                name,
                "/" + IMAGE + "\nCPU_COUNT=",
                cpuCount,
                "\nMEMORY_MIB=",
                memoryMib,
                "\nCID=" + cid + "\n");
    }
}
