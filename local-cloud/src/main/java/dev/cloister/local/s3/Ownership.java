package dev.cloister.local.s3;

import java.util.Set;

/** Object ownership "bucket owner enforced", as new buckets have it: access lists do nothing, and asking for one fails. */
final class Ownership {
    private static final Set<String> HARMLESS = Set.of("bucket-owner-full-control", "");

    private Ownership() {}

    /** Refuses an upload that asks for any access but its bucket owner's. */
    static void requireNoAcl(S3Call call) throws S3Exception {
        boolean grants = call.head().headers().keySet().stream().anyMatch(name -> name.startsWith("x-amz-grant-"));
        boolean isOther = call.head().headers().containsKey("x-amz-acl")
                && !HARMLESS.contains(call.header("x-amz-acl").orElse("several"));
        if (grants || isOther) {
            throw new S3Exception(400, "AccessControlListNotSupported", "The bucket does not allow ACLs");
        }
    }
}
