package dev.cloister.local.s3;

import dev.cloister.local.http.StreamAnswer;
import dev.cloister.local.http.StreamHandler;
import dev.cloister.local.http.StreamRequest;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.sigv4.SigV4Verifier;
import dev.cloister.local.sigv4.SignatureRefusedException;
import dev.cloister.local.sigv4.SignedStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The service: who calls, what they want, whether they may. Errors are answered in S3's own XML. */
final class S3Service implements StreamHandler {
    private final SigV4Verifier verifier;
    private final Buckets buckets;
    private final S3Access access;
    private final Forwarder forwarder;
    private final BucketOperations bucketOperations;
    private final ObjectOperations objects;
    private final UploadOperations uploads;
    private final BatchDelete batchDelete;

    S3Service(S3Front.Rules rules, Buckets buckets, Backend backend) {
        this.verifier = rules.verifier();
        this.buckets = buckets;
        this.access = new S3Access(buckets, rules.identities());
        this.forwarder = new Forwarder(backend);
        Encryption encryption = new Encryption(rules.keys());
        this.bucketOperations = new BucketOperations(buckets, access, rules.clock());
        this.objects = new ObjectOperations(access, encryption, forwarder);
        this.uploads = new UploadOperations(access, encryption, forwarder, objects);
        this.batchDelete = new BatchDelete(access, forwarder);
    }

    @Override
    public StreamAnswer handle(StreamRequest request) throws IOException {
        String requestId = UUID.randomUUID().toString();
        StreamAnswer answer;
        try {
            S3Call call = S3Call.of(request, authentic(request));
            answer = located(call, requestId);
        } catch (S3Exception e) {
            answer = refusal(e, requestId);
        }
        return answer.with("x-amz-request-id", requestId);
    }

    /** The answer, with the region of the bucket it is about. */
    private StreamAnswer located(S3Call call, String requestId) throws IOException {
        StreamAnswer answer;
        try {
            answer = route(call);
        } catch (S3Exception e) {
            answer = refusal(e, requestId);
        } catch (IOException e) {
            answer = refusal(cause(e), requestId);
        }
        Optional<Bucket> bucket = buckets.find(call.bucket());
        return bucket.isPresent()
                ? answer.with("x-amz-bucket-region", bucket.get().region())
                : answer;
    }

    private static StreamAnswer refusal(S3Exception refused, String requestId) {
        return StreamAnswer.of(refused.status(), Map.of("Content-Type", "application/xml"), refused.body(requestId));
    }

    /** What broke a transfer: the client's body, or something of ours. */
    private static S3Exception cause(IOException failure) throws IOException {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BodyRefusedException refused) {
                return refused.answer();
            }
            if (cause instanceof ProtocolException malformed) {
                return new S3Exception(400, "InvalidRequest", "The body is malformed: " + malformed.getMessage());
            }
        }
        throw failure;
    }

    private SignedStream authentic(StreamRequest request) throws S3Exception {
        try {
            return verifier.verifyStream(request.head(), "s3");
        } catch (SignatureRefusedException e) {
            String message = String.valueOf(e.getMessage());
            throw switch (e.code()) {
                case MISSING -> S3Exception.accessDenied("Access Denied");
                case INCOMPLETE -> new S3Exception(400, "AuthorizationHeaderMalformed", message);
                case UNRECOGNIZED ->
                    new S3Exception(
                            403,
                            "InvalidAccessKeyId",
                            "The AWS Access Key Id you provided does not exist in our records.");
                case EXPIRED -> new S3Exception(400, "ExpiredToken", "The provided token has expired.");
                case INVALID -> new S3Exception(403, "SignatureDoesNotMatch", message);
            };
        }
    }

    private StreamAnswer route(S3Call call) throws S3Exception, IOException {
        if (call.bucket().isEmpty()) {
            if (!call.method().equals("GET")) {
                throw methodNotAllowed();
            }
            return bucketOperations.list(call);
        }
        return call.key().isEmpty() ? onBucket(call) : onObject(call);
    }

    private StreamAnswer onBucket(S3Call call) throws S3Exception, IOException {
        Optional<String> part =
                BucketOperations.PARTS.stream().filter(call::has).findFirst();
        return switch (call.method()) {
            case "HEAD" -> bucketOperations.head(call);
            case "GET" -> part.isPresent() ? bucketOperations.get(call, part.get()) : list(call);
            case "PUT" ->
                part.isPresent()
                        ? bucketOperations.put(call, part.get())
                        : plain(call).create(call);
            case "DELETE" ->
                part.equals(Optional.of("policy"))
                        ? bucketOperations.deletePolicy(call)
                        : plain(call).delete(call);
            case "POST" -> {
                if (!call.has("delete")) {
                    throw methodNotAllowed();
                }
                yield batchDelete.run(call);
            }
            default -> throw methodNotAllowed();
        };
    }

    /** For a request about the whole bucket: a part that is not known here must not be taken for it. */
    private BucketOperations plain(S3Call call) throws S3Exception {
        for (String parameter : call.parameters().keySet()) {
            if (!parameter.equals("x-id")) {
                throw S3Exception.notImplemented(call.method() + " of a bucket's " + parameter);
            }
        }
        return bucketOperations;
    }

    private StreamAnswer list(S3Call call) throws S3Exception, IOException {
        String action = call.has("uploads") ? "s3:ListBucketMultipartUploads" : "s3:ListBucket";
        for (String parameter : call.parameters().keySet()) {
            if (!Parameters.OF_LIST.contains(parameter)) {
                throw S3Exception.notImplemented("GET of a bucket's " + parameter);
            }
        }
        Bucket bucket = access.bucket(call);
        Attributes.Builder attributes = call.attributes();
        if (call.has("prefix")) {
            attributes.put(ConditionKeys.S3_PREFIX, call.parameters().getOrDefault("prefix", ""));
        }
        if (call.has("delimiter")) {
            attributes.put(ConditionKeys.S3_DELIMITER, call.parameters().getOrDefault("delimiter", ""));
        }
        access.require(call, action, bucket.arn(), bucket, attributes);
        return forwarder.forward(call, Map.of(), Payload.none());
    }

    private StreamAnswer onObject(S3Call call) throws S3Exception, IOException {
        Parameters.requireKnownOfObject(call);
        boolean isUpload = call.has("uploadId");
        return switch (call.method()) {
            case "HEAD" -> objects.read(call);
            case "GET" -> isUpload ? uploads.listParts(call) : objects.read(call);
            case "PUT" -> isUpload ? uploads.putPart(call) : objects.put(call);
            case "DELETE" -> isUpload ? uploads.abort(call) : objects.delete(call);
            case "POST" -> {
                if (!isUpload && !call.has("uploads")) {
                    throw methodNotAllowed();
                }
                yield isUpload ? uploads.complete(call) : uploads.begin(call);
            }
            default -> throw methodNotAllowed();
        };
    }

    private static S3Exception methodNotAllowed() {
        return new S3Exception(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
    }
}
