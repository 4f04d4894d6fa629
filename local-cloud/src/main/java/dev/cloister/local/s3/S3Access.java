package dev.cloister.local.s3;

import dev.cloister.local.policy.AccessRequest;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Authorizer;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.policy.Decision;
import dev.cloister.local.policy.Identities;
import java.util.Map;

/** Finds buckets, and refuses calls that the policies do not allow. */
final class S3Access {
    private final Buckets buckets;
    private final Identities identities;

    S3Access(Buckets buckets, Identities identities) {
        this.buckets = buckets;
        this.identities = identities;
    }

    /** The bucket a call is about: it exists, lies in the region asked, and belongs to whom the caller expects. */
    Bucket bucket(S3Call call) throws S3Exception {
        Bucket bucket = buckets.find(call.bucket()).orElseThrow(() -> S3Exception.noSuchBucket(call.bucket()));
        if (!bucket.region().equals(call.region())) {
            throw new S3Exception(
                    301,
                    "PermanentRedirect",
                    "The bucket you are attempting to access must be addressed using the specified endpoint. Please "
                            + "send all future requests to this endpoint.",
                    Map.of("Bucket", bucket.name(), "Endpoint", "s3." + bucket.region() + ".amazonaws.com"));
        }
        requireOwner(call, "x-amz-expected-bucket-owner", bucket);
        return bucket;
    }

    /** The bucket that a copy is made from. */
    Bucket source(S3Call call, String name) throws S3Exception {
        Bucket bucket = buckets.find(name).orElseThrow(() -> S3Exception.noSuchBucket(name));
        requireOwner(call, "x-amz-source-expected-bucket-owner", bucket);
        return bucket;
    }

    private static void requireOwner(S3Call call, String header, Bucket bucket) throws S3Exception {
        if (call.head().headers().containsKey(header)
                && !call.header(header).orElse("").equals(bucket.account())) {
            throw S3Exception.accessDenied("Access Denied");
        }
    }

    /** For an action on a bucket or on an object in it. */
    void require(S3Call call, String action, String resource, Bucket bucket, Attributes.Builder attributes)
            throws S3Exception {
        attributes.put(ConditionKeys.RESOURCE_ACCOUNT, bucket.account());
        AccessRequest request =
                new AccessRequest(call.caller(), action, resource, bucket.account(), attributes.build());
        refuseUnless(Authorizer.decide(request, identities.of(call.caller()), bucket.policy()), request);
    }

    /** For an action on the bucket itself, with nothing but what every request says. */
    Bucket requireOnBucket(S3Call call, String action) throws S3Exception {
        Bucket bucket = bucket(call);
        require(call, action, bucket.arn(), bucket, call.attributes());
        return bucket;
    }

    /** For an action on a bucket that does not exist yet, or on none. */
    void requireOnService(S3Call call, String action, String resource) throws S3Exception {
        AccessRequest request = new AccessRequest(
                call.caller(),
                action,
                resource,
                call.caller().account(),
                call.attributes().build());
        refuseUnless(Authorizer.decide(request, identities.of(call.caller()), null), request);
    }

    private static void refuseUnless(Decision decision, AccessRequest request) throws S3Exception {
        if (!decision.isAllowed()) {
            throw S3Exception.accessDenied(decision.message(request));
        }
    }
}
