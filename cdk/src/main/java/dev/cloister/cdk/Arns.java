package dev.cloister.cdk;

import java.util.List;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Fn;

/** ARNs and paths, put together from values that are known only when a stack is deployed. */
final class Arns {
    private Arns() {}

    /** A principal of an account: {@code root}, or {@code role/NAME}. */
    static String principal(String account, String name) {
        return join("arn:", Aws.PARTITION, ":iam::", account, ":", name);
    }

    /** The account as a whole: in a policy, whom that account's own policies let. */
    static String account(String account) {
        return principal(account, "root");
    }

    /** An object, or with a wildcard several: {@code BUCKET/KEY}. */
    static String objects(String bucketAndKey) {
        return join("arn:", Aws.PARTITION, ":s3:::", bucketAndKey);
    }

    /** {@code s3://BUCKET/KEY} or {@code BUCKET/KEY} as {@code BUCKET/KEY}. */
    static String withoutScheme(String path) {
        return Fn.join("", Fn.split("s3://", path));
    }

    /** S3 in a region, as the condition key {@code kms:ViaService} names it. */
    static String s3In(String region) {
        return join("s3.", region, ".", Aws.URL_SUFFIX);
    }

    /** The region of a key. */
    static String regionOf(String keyArn) {
        return Fn.select(3, Fn.split(":", keyArn));
    }

    static String join(String... parts) {
        return Fn.join("", List.of(parts));
    }
}
